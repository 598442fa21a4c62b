"""Who gets which answer at which address: every post, from the office whose business it is, from above, below and beside."""

from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.doors import application
from tests.matrix.table import ANYWHERE, DISCIPLINE, NOTHING, SUPERVISION, Group
from tests.matrix.town import PLACES, POSTS, REFUSED, SIGN_IN, Town, hire, settle
from tests.seeded import app, client, clock, database_url, engine
from tracker import web
from tracker.commissions import keys, pages
from tracker.discipline import create_discipline_app
from tracker.limits import Limits
from tracker.permissions import GRANTS, Role

__all__ = ["app", "client", "clock", "database_url", "engine"]

MISSING = "tests/matrix/table.py does not say who may use {}: name it under its permission and reach."
GONE = "tests/matrix/table.py names addresses that are no more: {}."


def routes(app: Flask) -> Iterator[tuple[str, str, Rule]]:
    """Yield name, method and rule of every address."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield f"{method} {rule.rule}", method, rule


def permission_of(app: Flask, method: str, rule: Rule) -> object:
    view = app.view_functions[rule.endpoint]
    marked = getattr(getattr(view, "view_class", None), method.lower(), view)
    return getattr(marked, "permission", None)


def checked(app: Flask, table: Sequence[Group]) -> dict[str, Group]:
    """Return the group of each address, once it is sure that each is named, once, under the permission it asks for."""
    named = Counter(name for group in table for name in group.names)
    served = {name for name, _, _ in routes(app)}
    assert served <= set(named), MISSING.format(", ".join(sorted(served - set(named))))
    assert set(named) <= served, GONE.format(", ".join(sorted(set(named) - served)))
    assert [name for name, n in named.items() if n > 1] == []
    groups = {name: group for group in table for name in group.names}
    for name, method, rule in routes(app):
        assert permission_of(app, method, rule) == groups[name].permission, name
    return groups


@pytest.fixture
def town(app, session, database, connection, settings) -> Town:
    """天河区 with a ticket and all that hangs on it."""
    people = hire(session)
    session.commit()
    made = Town(app, connection, app.extensions["doorway"], settings, Limits(settings.redis_url), people)
    return settle(made, session, database)


@pytest.fixture
def desk(settings, database) -> Flask:
    """The discipline side."""
    keys.ensure(settings.home)
    door = web.Doorway(database, pages.identify, sign_in_endpoint=pages.SIGN_IN)
    return create_discipline_app(settings, door=door)


def test_every_address_is_in_the_table_once(desk) -> None:
    assert len(checked(application(), SUPERVISION)) > 250
    assert len(checked(desk, DISCIPLINE)) > 20


def expected(group: Group, role: Role, place: str) -> str:
    if group.permission is None:
        return group.reach[place]
    return group.but.get(role, group.reach)[place] if group.permission in GRANTS[role] else REFUSED


def wrong(town: Town, name: str, method: str, rule: Rule, group: Group, place: str) -> Iterator[str]:
    """Yield what differs from the table, of the posts of that place."""
    for role in POSTS:
        wanted = expected(group, role, place)
        barred = group.permission is not None and group.permission not in GRANTS[role]
        answer = town.answer(town.people[role, place], method, rule, page=not barred)
        if answer != wanted:
            yield f"{name}: {role.value} of the {place} office gets {answer}, not {wanted}"


@pytest.mark.parametrize("door", ["api", "pages"])
def test_in_the_office_whose_business_it_is(town: Town, door: str) -> None:
    groups = checked(town.app, SUPERVISION)
    found = [
        told
        for name, method, rule in routes(town.app)
        if ("/api/" in rule.rule) is (door == "api")
        for told in wrong(town, name, method, rule, groups[name], "own")
    ]
    assert found == []


@pytest.mark.parametrize("place", [one for one in PLACES if one != "own"])
def test_above_below_and_beside_it(town: Town, place: str) -> None:
    groups = checked(town.app, SUPERVISION)
    of_a_thing = (
        one
        for one in routes(town.app)
        if one[2].arguments and groups[one[0]].reach not in (ANYWHERE, NOTHING)
    )
    found = [
        told
        for name, method, rule in of_a_thing
        for told in wrong(town, name, method, rule, groups[name], place)
    ]
    assert found == []


def test_nobody_enters_without_signing_in(town: Town) -> None:
    groups = checked(town.app, SUPERVISION)
    for name, method, rule in routes(town.app):
        group = groups[name]
        wanted = group.reach["own"] if group.permission is None else SIGN_IN
        assert town.answer(None, method, rule) == wanted, name


def test_only_liaisons_enter_the_other_side(town: Town, desk, database, settings) -> None:
    """Whoever came as far as its door with a post of the supervision side would be turned away there."""
    other = Town(desk, town.connection, desk.extensions["doorway"], settings, town.limits, {})
    for name, group in checked(desk, DISCIPLINE).items():
        method, _, path = name.partition(" ")
        rule = next(
            one for one in desk.url_map.iter_rules() if one.rule == path and method in (one.methods or ())
        )
        if group.permission is None:
            continue
        assert other.answer(None, method, rule) == SIGN_IN, name
        for role in POSTS:
            if role is not Role.LIAISON:
                assert other.answer(town.people[role, "own"], method, rule) == REFUSED, (name, role)
