"""Administrators keep tables and accounts, auditors read who did what: neither reads a case."""

import pytest

from tests.leaks.planted import clue_words, headings, particulars, readable
from tests.leaks.town import Town
from tests.leaks.visits import addresses

OF_A_CASE = (
    "管一管这件事情",
    "反映执法问题",
    "现将核查情况答复如下",
    "该工单办理缓慢",
    "已与轩",
    "已与*",
)
"""Words of a complaint, its title, a reply, a document, and of what colleagues wrote about it, as far as they are shown."""


def found_by(town: Town, login: str) -> tuple[dict[str, list[str]], int]:
    """Return what of a case stands behind each door he passes, and how many those are."""
    caller, found, n_passed = town.sides.by(login), {}, 0
    app = town.sides.office_client.application
    for _, address in addresses(app, town, "GET", [town.worked[0], town.worked[5]]):
        answer = caller.get(address, buffered=True)
        if answer.status_code != 200:
            continue
        n_passed += 1
        said = f"{readable(answer.data)}\n{headings(list(answer.headers))}"
        words = [one for one in OF_A_CASE if one in said] + particulars(said) + clue_words(said)
        if words:
            found[address] = words
    return found, n_passed


def test_an_administrator_reads_no_case(town: Town) -> None:
    found, n_passed = found_by(town, "administrator")
    assert found == {}
    assert n_passed > 25


def test_an_auditor_reads_deeds_and_reasons_but_no_case(town: Town) -> None:
    found, n_passed = found_by(town, "auditor")
    reasons = {
        address: words for address, words in found.items() if "audit" in address and words == ["已与轩"]
    }
    assert found == reasons, "besides the reasons people gave for looking, which is what the log is for"
    assert reasons
    assert n_passed > 10


@pytest.mark.parametrize("login", ["officer", "reviewer"])
def test_whoever_handles_the_case_reads_it(town: Town, login: str) -> None:
    found, _ = found_by(town, login)
    assert {word for words in found.values() for word in words} >= set(OF_A_CASE[:5])
