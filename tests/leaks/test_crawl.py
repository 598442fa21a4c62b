"""Whoever opens whatever there is: the complainant stands nowhere, and of a clue nothing stands outside its own door."""

from tests.leaks.planted import clue_words, particulars
from tests.leaks.town import Town, tables


def test_nothing_lies_in_the_database_in_clear(town: Town) -> None:
    found = {name: (particulars(kept), clue_words(kept)) for name, kept in tables(town).items()}
    assert {name: one for name, one in found.items() if one != ([], [])} == {}
