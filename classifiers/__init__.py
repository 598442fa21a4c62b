"""What a complaint says: its category, places, bodies, identifiers and signs of corruption.

Pure: text in, frozen values out; no database, no network, no clock. `triage.Triage` is the one door for the rest of
the system; `train`, `evaluate` and `predict` are for whoever brings labelled texts of their own.
"""
