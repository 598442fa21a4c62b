"""Surge alarms 预警: where suddenly more is complained about than usual, told once to the office whose area it is."""
