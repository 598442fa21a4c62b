"""Supervision 督办台: the tickets that call for more than waiting, how each is sorted (A/B/C), and leaders' instructions."""
