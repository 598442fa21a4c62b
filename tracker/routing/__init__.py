"""Who handles a complaint about whom: facts in, one office and the reason out."""
