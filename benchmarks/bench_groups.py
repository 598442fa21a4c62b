"""How well texts about one matter are grouped as they come in: `python -m benchmarks.bench_groups messages.csv NAME …`.

The file has columns id, received_at, title, content. Every row naming one of the names is taken to be about that event
(of two names the first given counts), all rows are streamed by time, and only the named rows are judged. Three readings
of "naming" are printed, since a name in passing is not the same as a message about it; a name ending in "?" (a town,
where many things happen) counts in the first alone.
Floor: the words of the same texts alone.
"""

import csv
import random
import re
import sys
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import comb
from pathlib import Path

from sqlalchemy import select

from benchmarks.measure import Measured, seconds
from benchmarks.stage import NOW
from benchmarks.stage import stage as on_stage
from classifiers import words
from classifiers.clean import clean
from classifiers.group_words import words_of
from classifiers.grouping import Stream
from classifiers.rows import own_sentences
from tracker.demo.texts import CITY_IN_DEPTH, ELSEWHERE
from tracker.groups import command, queries, store
from tracker.groups.models import GroupMember
from tracker.permissions import Role
from tracker.tickets import receive, schemas
from tracker.tickets.models import Ticket

SHUFFLES = 5
"""Streams in random order, to show how much the order matters."""


@dataclass(frozen=True)
class Message:
    """One row of the file."""

    at: datetime
    title: str
    content: str


def read(path: Path) -> list[Message]:
    """Return the messages by the time they came in."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [(_moment(row["received_at"]), int(row["id"]), row) for row in csv.DictReader(file)]
    rows.sort(key=lambda one: one[:2])
    return [Message(at, row["title"], row["content"]) for at, _, row in rows]


def _moment(written: str) -> datetime:
    numbers = [int(part) for part in re.findall(r"\d+", written)]
    return datetime(*numbers[:6], tzinfo=UTC)  # type: ignore[arg-type,misc]  # year to second, as far as written


def truth(messages: Sequence[Message], names: Sequence[str], *, title_only: bool) -> dict[int, str]:
    """Return the event of each message that names one."""
    found = {}
    for i, one in enumerate(messages):
        text = one.title if title_only else one.title + one.content
        named = next((name for name in names if name in text), None)
        if named is not None:
            found[i] = named
    return found


def stream(
    messages: Sequence[Message], order: Sequence[int], known: frozenset[str] | None = None
) -> dict[int, int]:
    """Return the group of each message when they come in that order. known: ordinary words, when not all of ours."""
    grouping = Stream(places=store.divisions(), known=known)
    for key, i in enumerate(order):
        one = messages[i]
        grouping.add(key, one.title, one.content, one.at)
    return {i: grouping.group_of[key] for key, i in enumerate(order)}


_FILL = """
    INSERT INTO ticket ({columns}, number, receipt_code, title, content, received_at)
    SELECT {of_first}, 'G' || %s, lpad(%s::text, 16, '0'), left(%s, 200), %s, %s FROM ticket AS t WHERE id = %s
    RETURNING id
"""
_OWN = {"id", "number", "receipt_code", "source_no", "idempotency_key", "title", "content", "received_at"}


def stored(messages: Sequence[Message]) -> dict[int, int]:
    """Return the group of each message as the product groups tickets in its database; print what it took."""
    with on_stage() as stage:
        operator = stage.somebody(Role.OPERATOR, "440106")
        with stage.database.unit_of_work() as session:
            intake = {"channel": "12345", "kind": "complaint", "content": "第一件。"}
            first = receive.receive(session, operator, schemas.TicketIn().load(intake), now=NOW).ticket.id
        names = [column.name for column in Ticket.__table__.columns if column.name not in _OWN]
        fill = _FILL.format(columns=", ".join(names), of_first=", ".join(f"t.{name}" for name in names))
        row_of = {}
        with stage.bare() as connection:
            for i, one in enumerate(messages):
                given = (i, i, one.title, one.content, one.at, first)
                inserted = connection.execute(fill.encode(), given).fetchone()
                row_of[inserted[0] if inserted else 0] = i
            connection.execute("ANALYZE ticket")
        took = seconds(lambda: command.rebuild(stage.database))
        print(f"grouped in the database: {1000 * took / len(messages):.1f} ms a ticket, {took:.0f} s in all")
        with stage.database.unit_of_work() as session:
            reader, last = stage.somebody(Role.LEADER, "440000"), messages[-1].at
            page = seconds(lambda: queries.hottest(session, reader, now=last, days=365, limit=30))
            print(f"page of the hottest: {1000 * page:.0f} ms")
            rows = session.execute(select(GroupMember.ticket_id, GroupMember.group_id))
            return {row_of[row.ticket_id]: row.group_id for row in rows if row.ticket_id in row_of}


def strangers(seed: int = 1) -> list[Message]:
    """Return our own sentences, each about another matter, told of random places as the demo tells them."""
    rng = random.Random(seed)
    rows = [row.text for row in own_sentences()]
    rng.shuffle(rows)
    places = [place for place, _ in (*CITY_IN_DEPTH, *ELSEWHERE)]
    return [
        Message(
            NOW + timedelta(minutes=i), text.split("。", 1)[0][:28], f"我是{rng.choice(places)}的。{text}"
        )
        for i, text in enumerate(rows)
    ]


def grouped(found: Mapping[int, int]) -> str:
    """Return what share of the texts is in a group with others, and how many pairs there are."""
    sizes = Counter(found.values()).values()
    together = sum(n for n in sizes if n > 1)
    return f"{together / len(found):.4f} of {len(found)} grouped, {sum(comb(n, 2) for n in sizes)} pairs"


def report_strangers() -> None:
    """Print how many of our own sentences are grouped, and how many of one half by the words of the other."""
    ours = strangers()
    print("our own sentences, all of them strangers:", grouped(stream(ours, range(len(ours)))), flush=True)
    half, rest = ours[::2], ours[1::2]
    known = words_of(one.content for one in rest)
    print(
        "half of them, by the words of the rest:", grouped(stream(half, range(len(half)), known)), flush=True
    )


def scores(true: Mapping[int, Hashable], found: Mapping[int, Hashable]) -> dict[str, float]:
    """Return pairwise and B-cubed precision, recall and F1 over the messages whose event is known."""
    both = Counter((true[i], found[i]) for i in true)
    events, groups = Counter(true.values()), Counter(found[i] for i in true)

    def pairs(counts: Mapping[Hashable, int]) -> int:
        return sum(comb(n, 2) for n in counts.values())

    together = pairs(both)
    precision, recall = together / max(1, pairs(groups)), together / max(1, pairs(events))
    n = sum(both.values())
    b_precision = sum(k * k / groups[group] for (_, group), k in both.items()) / n
    b_recall = sum(k * k / events[event] for (event, _), k in both.items()) / n
    return {
        "precision": precision,
        "recall": recall,
        "F1": 2 * precision * recall / max(1e-9, precision + recall),
        "B3 precision": b_precision,
        "B3 recall": b_recall,
        "B3 F1": 2 * b_precision * b_recall / (b_precision + b_recall),
    }


def main(path: Path, names: Sequence[str]) -> None:
    """Print the scores of the stream in order and of shuffled ones, and the time of a text."""
    messages = read(path)
    plain = [name.rstrip("?") for name in names]
    places = [name for name in names if not name.endswith("?")]
    readings = {
        "named anywhere": truth(messages, plain, title_only=False),
        "named anywhere, no towns": truth(messages, places, title_only=False),
        "named in the title": truth(messages, plain, title_only=True),
    }
    in_time = list(range(len(messages)))
    words.load()
    report_strangers()
    taken = []
    ours = seconds(lambda: taken.append(stream(messages, in_time)))
    print("all rows of the file:", grouped(taken[0]))
    floor = seconds(lambda: [words.cut(clean(f"{one.title}\n{one.content}")) for one in messages])
    held = stored(messages)
    print(Measured("grouping, a text", "its words alone", len(messages), ours, floor))
    for seed in range(SHUFFLES):
        order = list(in_time)
        random.Random(seed).shuffle(order)
        taken.append(stream(messages, order))
    labels = ["database", "by time", *["shuffled"] * SHUFFLES]
    for reading, true in readings.items():
        for label, found in zip(labels, [held, *taken], strict=True):
            told = "  ".join(f"{name} {value:.3f}" for name, value in scores(true, found).items())
            print(f"{reading:<26} {label:<9} n {len(true)}  {told}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
