"""Replies 答复: what the office answers, the evidence it rests on, and the second person's review."""
