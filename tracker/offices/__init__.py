"""Offices: divisions of the country, the supervision offices in them, and the bodies they supervise."""
