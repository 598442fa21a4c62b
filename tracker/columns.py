"""Types of columns that say what their bytes are, so that a rotation of keys finds every sealed one by itself."""

from typing import Any

from sqlalchemy import LargeBinary
from sqlalchemy.types import TypeEngine


class Sealed(LargeBinary):
    """A value of `fields.FieldCipher.seal`: under FIELD_KEY, in the schema discipline under the key file of that side."""

    cache_ok = True


class BlindIndex(LargeBinary):
    """A value of `fields.FieldCipher.blind`; its model says in `blind_indexes(session)` how to work it out again."""

    cache_ok = True


def is_blind_index(kind: TypeEngine[Any]) -> bool:
    """Return whether a column of that type holds blind indexes: one, or a list of them."""
    return isinstance(getattr(kind, "item_type", kind), BlindIndex)


class SealedApart(LargeBinary):
    """Sealed, but under a key that no rotation of FIELD_KEY touches; `by` says in words under which."""

    cache_ok = True

    def __init__(self, length: int | None = None, *, by: str = "", **more: Any) -> None:
        super().__init__(length, **more)
        self.by = by
