"""搜索词不进网址: what is searched for — a name, a telephone — stands in an address only sealed.

Addresses are written down by every server on the way, in histories and in bookmarks; who searched for whom is nobody's
business there.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from classifiers.hiding import hide
from tracker.errors import Invalid, Unavailable
from tracker.fields import cipher
from tracker.tickets.identifiers import is_phone

SOUGHT = "sought"
"""The part of an address that holds the sealed words."""

_MARK = "搜索："
"""Before the words, so that no other sealed value opens as a search."""
_LONGEST = 2000


def seal(session: Session, words: str) -> str:
    """Return the words as they may stand in an address."""
    sealed = cipher(session).seal(_MARK + words) or b""
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def filters(session: Session, sought: str) -> dict[str, str]:
    """Return what was searched for as list filters: a telephone as `caller`, anything else as `q`; raises Invalid."""
    try:
        sealed = base64.urlsafe_b64decode(sought[:_LONGEST] + "=" * (-len(sought) % 4))
        words = cipher(session).open(sealed)
    except (binascii.Error, ValueError, Unavailable) as error:
        raise _lapsed() from error
    if not words.startswith(_MARK):
        raise _lapsed()
    words = words.removeprefix(_MARK)
    return {"caller" if is_phone(words) else "q": words}


def refuse_in_address(given: Mapping[str, Any]) -> None:
    """Raise Invalid when the filters in an address would tell of a person: a caller's number, or one among the words."""
    wrong = [
        name
        for name in ("caller", "q")
        if given.get(name) and (name == "caller" or hide(given[name]) != given[name])
    ]
    if wrong:
        raise Invalid(
            "电话、证件号码不能写在网址里，请改用 POST /api/v1/tickets/search 查询。",
            code="not_in_an_address",
            fields={name: ["请放在请求内容里。"] for name in wrong},
        )


def _lapsed() -> Invalid:
    return Invalid("搜索条件已失效，请重新输入。", code="search_lapsed", fields={SOUGHT: ["已失效。"]})
