"""Tickets for the supervision of administrative law enforcement: the map.

Imports point down only; import-linter holds this (pyproject.toml).

- `cli`, `up`            the `tracker` command; every process on one machine
- `demo`, `seeds`        demonstration data; the data every installation begins with
- `rotation`, `backup`   changing the key of personal data while the system runs; the whole system in sealed files and back
- `app`, `discipline`    wiring of the two web applications, supervision and discipline inspection
- rooms, upper may use lower: notices, imports, campaigns, clues, commissions, satisfaction, replies, rulebook, tickets, routing,
  categories, calendar, accounts, offices, audit
- `web`, `screens`       the door of every view; what a page shows around its content
- `permissions`          who may do what
- `migrate`, `privileges`, `db`  the schema, the rights of the database roles, the one unit of work
- `embedded`, `fields`, `columns`, `keyfiles`, `jobs`, `errors`, `clock`, `config`, `logs`  servers from wheels, sealed fields and
  their keys, bells, refusals

A room has what it needs of `rules` (pure), `models`, `queries`, `service`, `schemas`, `verbs` (actions on tickets), `api`,
`pages`; each may use those named before it. `workers` drain what waits in the database; `classifiers` read texts and
know nothing of all this. The words are in docs/glossary.md, the choices in docs/decisions/.
"""
