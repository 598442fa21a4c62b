"""Indicators 指标: every figure defined once, counted from events, and answerable down to the very tickets; the leader's board."""
