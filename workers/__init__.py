"""Workers: processes that drain the pending rows of the database when a bell rings on Redis.

`__main__` starts one worker (the engine is loaded before any fork), `clock` rings every bell on its schedule, `base` is
the door of all jobs, and each other file holds the job of one room: a few lines that call the room's service.
"""
