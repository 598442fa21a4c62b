"""How fast places are found among as many divisions as the country has, and what else is read of a text without the model.

Floor: the bare automaton over the same names running through the same texts.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from ahocorasick_rs import AhoCorasick, MatchKind

from benchmarks.measure import Measured, in_turns
from classifiers import rows
from classifiers.bodies import Bodies
from classifiers.clean import clean
from classifiers.clue_signs import find_signs
from classifiers.identifiers import find_identifiers
from classifiers.places import DivisionRow, Places
from tracker.tickets.engine import division_rows

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
N_DIVISIONS = 45_000
N_TEXTS = 200
LENGTH = 390
REPEATS = 40


def measure() -> Iterator[Measured]:
    """Yield the time for the places and for everything but the model, each against the bare automaton."""
    divisions = whole_country()
    places, bodies = Places(divisions, home_code="440000"), Bodies()
    texts = texts_of(LENGTH)[:N_TEXTS]
    automaton = AhoCorasick(list({row[1] for row in divisions}), matchkind=MatchKind.LeftmostLongest)

    def everything(text: str) -> None:
        found = places.find(text)
        bodies.find(text, found)
        find_identifiers(text, NOW)
        find_signs(text)

    everything(texts[0])
    for name, work in (("places, a text", places.find), ("all but the model, a text", everything)):
        ours, floor = in_turns(
            _over(texts, work), _over(texts, automaton.find_matches_as_indexes), repeats=REPEATS
        )
        yield Measured(name, f"automaton of {len(divisions)} names", len(texts), ours, floor)


def _over(texts: list[str], work: Callable[[str], object]) -> Callable[[], object]:
    return lambda: [work(text) for text in texts]


def whole_country() -> list[DivisionRow]:
    """Return the divisions that ship and made-up townships in the counties without any, until there are enough.

    Only one province ships its townships; their names, put together anew, stand for those of the others.
    """
    shipped = division_rows()
    counties = [row[0] for row in shipped if row[2] == "county" and not row[0].startswith("44")]
    names = sorted({row[1] for row in shipped if row[2] == "township"})
    missing = N_DIVISIONS - len(shipped)
    made = [
        (
            f"{counties[i % len(counties)]}{i // len(counties):03d}",
            _name(names, i),
            "township",
            counties[i % len(counties)],
        )
        for i in range(missing)
    ]
    return [*shipped, *made]


def _name(names: list[str], number: int) -> str:
    """Return the beginning of one name and the end of another."""
    first, second = names[number % len(names)], names[(number * 7 + number // len(names)) % len(names)]
    return first[: max(1, len(first) // 2)] + second[len(second) // 2 :]


def texts_of(length: int) -> list[str]:
    """Return texts of that many characters, put together from our own sentences with a place in front."""
    named = [row[1] for row in division_rows() if row[2] in ("city", "county")]
    texts, current = [], ""
    for number, row in enumerate(rows.own_sentences()):
        current += clean(row.text)
        if len(current) >= length:
            place = f"{named[number % len(named)]}的事:"
            texts.append((place + current)[:length])
            current = ""
    return texts * (N_TEXTS // max(1, len(texts)) + 1)


if __name__ == "__main__":
    for line in measure():
        print(line)
