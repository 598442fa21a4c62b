"""Clues 问题线索: the sending side of a transfer to discipline inspection; never automatic, never in a ticket's history.

A handler proposes, a second co-signs, the head of the office decides, the sealed package leaves; then the draft is
wiped. `rules` knows the stages and chooses the receiver; `propose`, `decide` and `send` hold the verbs.
"""
