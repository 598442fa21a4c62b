"""Custodians (保管人): three people of whom any two together open every generation of a commission's keys.

The commission's pair for them exists for a moment only: its private half is made, split into three lists of words
(SLIP-39, Shamir's scheme) and forgotten, and put together again from two of them when somebody has to be let in anew.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from nacl.public import PrivateKey
from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics
from sqlalchemy.orm import Session

from tracker.commissions import generations
from tracker.commissions.generations import Pair
from tracker.commissions.models import Commission
from tracker.errors import Conflict, Invalid

SHARES, NEEDED = 3, 2


def appoint(commission: Commission, *, now: datetime) -> list[str]:
    """Make the custodians' pair of a commission and return its three shares, told once and kept nowhere."""
    private = PrivateKey.generate()
    commission.custodian_key, commission.custodians_since = bytes(private.public_key), now
    # no passphrase, so the costly derivation of SLIP-39 would protect nothing
    shares: list[str]
    (shares,) = generate_mnemonics(1, [(NEEDED, SHARES)], bytes(private), iteration_exponent=0)
    return shares


def together(commission: Commission, shares: Iterable[str]) -> PrivateKey:
    """Return the custodians' private key from two shares; raises Invalid for words that do not fit, Conflict before set-up."""
    if commission.custodian_key is None:
        raise Conflict(
            f"{commission.name}尚未启用密钥，请先运行 tracker commission setup。", code="not_set_up"
        )
    given = list(dict.fromkeys(" ".join(one.lower().split()) for one in shares))
    if len(given) < NEEDED:
        raise Invalid(f"需要{NEEDED}名保管人各提供一份不同的保管词。", code="too_few_shares")
    try:
        private = PrivateKey(combine_mnemonics(given[:NEEDED]))
    except (MnemonicError, ValueError) as error:
        raise Invalid(
            "保管词有误：请检查是否抄错、漏词，或两份不属于同一机关的同一套。", code="bad_shares"
        ) from error
    if bytes(private.public_key) != commission.custodian_key:
        raise Invalid(f"这两份保管词不是{commission.name}现用的一套。", code="bad_shares")
    return private


def open_all(session: Session, commission: Commission, shares: Sequence[str]) -> dict[int, Pair]:
    """Return the secret halves of every generation the custodians hold, opened with two shares."""
    private = together(commission, shares)
    return {
        row.generation: generations.open_copy(row, row.custodian_copy, private)
        for row in generations.every(session, commission.code)
        if row.custodian_copy  # those before a commission was set up anew are closed for good
    }
