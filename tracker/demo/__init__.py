"""Demo data 演示数据: complaints and a campaign made by the project itself, replayed through the real services.

`texts` varies what people say and where; `fates` says what becomes of each ticket; `staff` gives the offices people;
`replay` lets every step happen at its own moment; `command` is what `tracker demo` runs. Nothing here is used by a
production system.
"""
