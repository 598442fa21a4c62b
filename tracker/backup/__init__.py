"""The whole system in one folder of sealed files, and back from it (备份与恢复): each side under a key of its own.

`container` what a sealed file is made of; `programs` pg_dump and pg_restore; `save` and `restore` the two deeds.
"""
