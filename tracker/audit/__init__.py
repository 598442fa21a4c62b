"""Audit: who did what to which thing, in one hash chain that nobody can edit unnoticed."""
