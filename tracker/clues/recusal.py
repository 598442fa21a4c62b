"""回避: whom a draft names among those who could come to see it, found while its words are still in clear.

Names are compared as people write them: titles around them, spaces, dots and full-width or traditional characters inside
count for nothing. Whoever merely bears the name, or a name that other words happen to spell, gives way too.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from classifiers.clean import clean
from tracker.accounts.models import Account
from tracker.fields import cipher
from tracker.offices.models import Office
from tracker.permissions import Actor

_TOLD = ("person", "facts", "report")
"""The columns that say whom the clue is about; opinions may name whoever is to decide."""
_INSIDE = re.compile(r"[^\S\n]|[·•・‧.\-]")
_ASIDE = re.compile(r"\([^()]*\)")
_SHORTEST = 2


def plain(words: str | None) -> str:
    """Return words in the one way of writing in which names are compared."""
    return _INSIDE.sub("", clean(words or ""))


def _name(account_name: str) -> str:
    """Return the name alone: 李志强（执法科） is 李志强."""
    return plain(_ASIDE.sub("", clean(account_name)))


def names(words: str | None, account_name: str) -> bool:
    """Return whether the words name the bearer of that name."""
    name = _name(account_name)
    return len(name) >= _SHORTEST and name in plain(words)


def named(session: Session, given: Mapping[str, Any], offices: Iterable[Office]) -> list[str]:
    """Return what `blinds_of` looks for: the person as written, and the accounts of the offices that the proposal names.

    Disabled accounts count, since they may be enabled while there is a draft.
    """
    told = "\n".join(plain(given.get(column)) for column in _TOLD)
    found = [plain(given["person"])]
    query = select(Account.id, Account.display_name).where(Account.office_id.in_([one.id for one in offices]))
    for account_id, display_name in session.execute(query.order_by(Account.id)):
        name = _name(display_name)
        if len(name) >= _SHORTEST and name in told:
            found += [name, _number(account_id)]
    return list(dict.fromkeys(found))


def blinds_of(session: Session, actor: Actor) -> list[bytes]:
    """Return under which blind indexes the actor is named, by every key of the ring; his number outlives a new name."""
    key, said = cipher(session), [_name(actor.name), plain(actor.name)]
    said += [_number(actor.account_id)] if actor.account_id is not None else []
    return [one for words in dict.fromkeys(said) for one in key.blinds(words)]


def _number(account_id: int) -> str:
    return f"account:{account_id}"
