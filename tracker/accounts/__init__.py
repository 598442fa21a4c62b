"""Accounts: who may enter, by password and session or by token, and how long they stay."""
