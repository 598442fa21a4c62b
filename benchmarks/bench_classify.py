"""How fast a text is triaged, against a floor measured in the same run: cutting the same text into words with jieba.

Everything that triage does beyond cutting words is ours to make quick; the ratio says how much that is.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from classifiers import rows, words
from classifiers.triage import Triage
from tracker.tickets.engine import division_rows

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
N_TEXTS = 400
REPEATS = 3


def seconds_per_text(work: Callable[[str], object], texts: list[str]) -> float:
    """Return the best of some runs over all texts, in seconds per text."""
    best = float("inf")
    for _ in range(REPEATS):
        started = time.perf_counter()
        for text in texts:
            work(text)
        best = min(best, time.perf_counter() - started)
    return best / len(texts)


def main() -> None:
    """Print milliseconds per text, texts per second and the ratio to the floor."""
    texts = [row.text for row in rows.own_sentences()][:N_TEXTS]
    words.load()
    started = time.perf_counter()
    triage = Triage(None, division_rows(), home_code="440000")
    loaded = time.perf_counter() - started
    floor = seconds_per_text(words.cut, texts)
    whole = seconds_per_text(lambda text: triage.suggest("", text, NOW), texts)
    print(f"classify: {len(texts)} texts, {sum(map(len, texts)) / len(texts):.0f} characters on average")
    print(f"classify: engine loaded in {loaded:.2f} s (dictionary apart)")
    print(f"classify: floor (jieba alone)  {floor * 1000:6.2f} ms a text")
    print(f"classify: triage, one process  {whole * 1000:6.2f} ms a text, {1 / whole:.0f} texts/s")
    print(f"classify: ratio to the floor   {whole / floor:6.2f}")


if __name__ == "__main__":
    main()
