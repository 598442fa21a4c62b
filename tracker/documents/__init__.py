"""Supervision documents (督办文书): numbered letters of an office about tickets, from issue to receipt and recheck."""
