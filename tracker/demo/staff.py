"""People for the demo's offices: the demo accounts where there are some, otherwise colleagues who cannot sign in."""

from datetime import datetime
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import Account
from tracker.demo.texts import GIVEN, SURNAMES
from tracker.offices.models import Office
from tracker.permissions import Actor, Role

NO_PASSWORD = "!"  # noqa: S105 — no hash verifies against it: these colleagues cannot sign in


class Staff:
    """Finds or makes the person who does a step in an office."""

    def __init__(self, session: Session, random: Random, now: datetime) -> None:
        self._session, self._random, self._now = session, random, now
        self._known: dict[tuple[int, Role, int], Actor] = {}

    def person(self, office: Office, role: Role, place: int = 0) -> Actor:
        """Return the `place`-th person in that post of the office; a second one exists for reworks."""
        key = office.id, role, place
        if key not in self._known:
            accounts = list(
                self._session.scalars(
                    select(Account)
                    .where(Account.office_id == office.id, Account.role == role.value)
                    .order_by(Account.id)
                )
            )
            account = accounts[place] if place < len(accounts) else self._hired(office, role, place)
            self._known[key] = Actor(
                account_id=account.id,
                name=account.display_name,
                role=role,
                office_id=office.id,
                office_path=office.path,
                office_level=str(office.level),
            )
        return self._known[key]

    def _hired(self, office: Office, role: Role, place: int) -> Account:
        account = Account(
            name=f"demo-{role.value}-{office.code}-{place}".lower()[:40],
            display_name=self._random.choice(SURNAMES) + self._random.choice(GIVEN),
            role=role.value,
            office_id=office.id,
            password_hash=NO_PASSWORD,
            created_at=self._now,
            password_changed_at=self._now,
        )
        self._session.add(account)
        self._session.flush()
        return account
