"""Tickets 工单: what was complained of, where it stands, and everything that happened to it.

`rules` knows every status and which step leads where; `service.move` is the only writer of a status and appends the
event of the step; one file per group of verbs (`receive`, `triage`, `dispatch`, `returns`, `handle`, `side`) holds the
use cases; `actions` is the registry that the API, the pages and the permissions read.
"""
