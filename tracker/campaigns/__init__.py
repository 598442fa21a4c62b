"""Campaigns 专项整治: one ledger of findings, each a ticket with one number, verified, cleared and looked back at."""
