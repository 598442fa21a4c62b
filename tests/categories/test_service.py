from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from tracker.categories import service
from tracker.categories.rules import is_leaf, letter
from tracker.errors import Conflict, NotAllowed, NotFound
from tracker.permissions import Actor, Role

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
ADMIN = Actor(None, "管理员", Role.ADMINISTRATOR, None, "/", "province")
CLERK = Actor(None, "话务员", Role.OPERATOR, None, "/", "province")


@pytest.fixture
def seeded(session: Session) -> Session:
    service.seed(session)
    return session


def test_seeding_twice_keeps_what_was_edited(seeded: Session) -> None:
    service.change(seeded, ADMIN, "A2", now=NOW, name="违法罚款")
    assert service.seed(seeded) == 0
    seeded.expire_all()
    assert service.category(seeded, "A2").name == "违法罚款"


def test_the_tree_has_ten_classes_with_their_leaves(seeded: Session) -> None:
    tree = service.tree(seeded)
    assert "".join(branch.category.code for branch in tree) == "ABCDEFGHIJ"
    assert [len(branch.leaves) for branch in tree] == [4, 2, 3, 4, 5, 4, 3, 4, 3, 8]


def test_flags_follow_the_class(seeded: Session) -> None:
    for branch in service.tree(seeded):
        for one in (branch.category, *branch.leaves):
            assert one.needs_evidence == (letter(one.code) == "A")
            assert one.is_clue_sign == (letter(one.code) == "H")
            assert one.is_redirect == (letter(one.code) == "J")
            assert is_leaf(one.code) == (one.parent_code is not None)
            assert bool(service.redirect_sentence(seeded, one.code)) == one.is_redirect


def test_a_redirected_consumer_is_told_12315(seeded: Session) -> None:
    assert "12315" in (service.redirect_sentence(seeded, "J2") or "")


def test_switched_off_leaves_leave_the_tree(seeded: Session) -> None:
    service.change(seeded, ADMIN, "B2", now=NOW, is_active=False)
    shown = {leaf.code for branch in service.tree(seeded) for leaf in branch.leaves}
    assert "B2" not in shown
    everything = service.tree(seeded, with_inactive=True)
    assert "B2" in {leaf.code for branch in everything for leaf in branch.leaves}


def test_refusals(seeded: Session) -> None:
    with pytest.raises(Conflict):
        service.change(seeded, ADMIN, "A", now=NOW, is_active=False)
    with pytest.raises(NotAllowed):
        service.change(seeded, CLERK, "A1", now=NOW, name="别的")
    with pytest.raises(NotFound):
        service.category(seeded, "Z9")
