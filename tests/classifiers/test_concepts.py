import csv

from classifiers.clean import clean
from classifiers.concepts import DEFAULT, Thesaurus


def rows() -> list[dict[str, str]]:
    with DEFAULT.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_one_thing_said_in_several_ways_is_one_concept() -> None:
    thesaurus = Thesaurus([("no_certificate", "没亮证"), ("no_certificate", "不出示证件"), ("fine", "罚款")])
    for text in ("城管没亮证就罚款", "从头到尾不出示证件,还罚款"):
        assert thesaurus.concepts(text) == {"no_certificate", "fine"}


def test_no_phrase_belongs_to_two_concepts_and_none_is_a_single_character() -> None:
    phrases = [row["phrase"] for row in rows()]
    assert len(phrases) == len(set(phrases)) > 4000
    assert min(len(phrase) for phrase in phrases) > 1


def test_phrases_are_written_as_cleaned_texts_are() -> None:
    assert [p for p in (row["phrase"] for row in rows()) if clean(p).lower() != p] == []


def test_every_concept_is_found_by_one_of_its_own_phrases() -> None:
    thesaurus, missed = Thesaurus.load(), []
    by_concept: dict[str, list[str]] = {}
    for row in rows():
        by_concept.setdefault(row["concept"], []).append(row["phrase"])
    for concept, phrases in by_concept.items():
        if not any(concept in thesaurus.concepts(phrase) for phrase in phrases):
            missed.append(concept)
    assert missed == []
