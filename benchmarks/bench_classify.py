"""How fast a text is triaged.

Floor: jieba alone cutting the same text into words. Everything that triage does beyond that is ours to make quick.
"""

from datetime import UTC, datetime

from benchmarks.measure import Measured, in_turns
from classifiers import rows, words
from classifiers.triage import Triage
from tracker.tickets.engine import division_rows

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
N_TEXTS = 400
REPEATS = 5


def measure() -> Measured:
    """Return the time of the whole text engine against that of the words alone, in one process."""
    texts = [row.text for row in rows.own_sentences()][:N_TEXTS]
    words.load()
    triage = Triage(None, division_rows(), home_code="440000")
    whole, floor = in_turns(
        lambda: [triage.suggest("", text, NOW) for text in texts],
        lambda: [words.cut(text) for text in texts],
        repeats=REPEATS,
    )
    return Measured("triage, a text", "jieba alone", len(texts), whole, floor)


if __name__ == "__main__":
    print(measure())
