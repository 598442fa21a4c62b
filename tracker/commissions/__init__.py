"""Commissions 纪检监察: the receiving side of clue transfer, in the database schema `discipline` behind its own process.

The supervision side may drop a sealed package in and read back stage, receipt and what was released; nothing else.
`keys` holds the commissions' key pairs, `delivery` is all the sending side may use, `service` the liaison's verbs.
"""
