"""From a complaint to its facts, from the facts to a decision, and the table in between."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from classifiers.bodies import BodyMention
from classifiers.place_names import OUTSIDE
from classifiers.places import Place as Mention
from classifiers.triage import TriageResult
from tracker.clock import local_date
from tracker.errors import NotFound
from tracker.offices.models import Body, Office
from tracker.offices.rules import Level, lowest_common, path_codes
from tracker.routing import duties, precedents, queries, respondents
from tracker.routing.conditions import in_force, resolved
from tracker.routing.facts import Decision, Duty, Facts, Place, Respondent, Rule, Spoken
from tracker.routing.models import RoutingRule
from tracker.routing.rules import choose
from tracker.routing.seed_rules import seed_rules
from tracker.routing.tree import Tree
from tracker.routing.whereabouts import settle

_VERSIONS, _RULES = "routing_versions", "routing_rules"
_OUTSIDE = frozenset(code for code, *_ in OUTSIDE)
_CONDUCT = "G"
"""Category group 作风: the personal conduct of an officer."""


def seed(session: Session) -> None:
    """Add the routing rows that are not there yet; edited ones stay as they are."""
    rows = [asdict(rule) for rule in seed_rules()]
    known = set(session.scalars(select(RoutingRule.code)))
    new = [{**row, "recorded_by_name": "系统预置"} for row in rows if row["code"] not in known]
    if new:
        statement = insert(RoutingRule).values(new)
        session.execute(statement.on_conflict_do_nothing(index_elements=["code", "version"]))


def facts_for(
    session: Session,
    result: TriageResult | None = None,
    *,
    home: Office | None = None,
    division_code: str | None = None,
    body_id: int | None = None,
    respondent_name: str | None = None,
    respondent_level: str | None = None,
    category_code: str | None = None,
    spoken: Spoken | None = None,
) -> Facts:
    """Return what routing can know of a complaint.

    result: what its text says. division_code, body_id, respondent_*, category_code: what a person said, stronger than
    the text. home: the intake office; it keeps what stays open, and a name that fits one place inside its area means that
    one. spoken: what the duty list is asked for when nobody is named; it is not asked without. Raises NotFound for
    an unknown division or body.
    """
    place, candidates = _places(session, result, home, division_code)
    level = Level(respondent_level) if respondent_level else None
    assumed = None
    if body_id is not None:
        found = [_known(session, body_id)]
    elif respondent_name:
        found = [_named(session, respondent_name, level, place)]
    elif result:
        assumed = _assumed(session, result, home) if place is None else None
        found = _accused(session, result, place or assumed, candidates)
    else:
        found = []
    first = found[0][0] if found else None
    category = category_code or (result.suggestion.label if result else "")
    duty = None
    if not found and spoken is not None:
        duty = duties.match(session, spoken.text, category, place, spoken.on)
        found = [(None, _in_charge(session, duty, place))] if duty else []
    return Facts(
        respondents=tuple(one for _, one in found),
        place=place,
        candidates=candidates,
        is_conduct=category.startswith(_CONDUCT),
        intake_office=home.code if home else "",
        body_id=first.id if first else None,
        division_code=path_codes(place.path)[-1] if place else first.division_code if first else None,
        category=category,
        assumed=assumed,
        elsewhere=_elsewhere(result) if result and place is None and not candidates else (),
        duty=duty,
    )


_Found = tuple[Body | None, Respondent]


def _known(session: Session, body_id: int) -> _Found:
    body = queries.body(session, body_id)
    if body is None:
        raise NotFound("没有这个执法主体，请从列表中选择。", code="body_not_found")
    return body, respondents.of_row(session, body)


def _named(session: Session, name: str, level: Level | None, place: Place | None) -> _Found:
    body = respondents.by_name(session, name, level, place)
    return (
        (body, respondents.of_row(session, body)) if body else (None, respondents.guessed(name, level, place))
    )


def _in_charge(session: Session, duty: Duty, place: Place | None) -> Respondent:
    """Return the body the duty list tells: by its code, its name, or the trade at the place."""
    row = next(iter(queries.bodies(session, [duty.body])), None)
    return respondents.of_row(session, row) if row else _named(session, duty.body, None, place)[1]


def _accused(
    session: Session, result: TriageResult, place: Place | None, candidates: tuple[Place, ...]
) -> list[_Found]:
    mentions = respondents.accused(result.bodies)
    places = queries.places(session, [one.division_code for one in mentions if one.division_code])
    around = None if place else _around(session, candidates)
    found = []
    for one in mentions:
        level = respondents.level_of(one)
        above = around if around and level and level.depth <= around.level.depth else None
        there = None if one.division_code and one.division_code not in places else place or above
        found.append(_mentioned(session, one, places.get(one.division_code or "") or there))
    return found


def _around(session: Session, candidates: tuple[Place, ...]) -> Place | None:
    """Return the lowest division that all the candidates lie in: enough for 市城管局, wherever in the city it was."""
    codes = path_codes(lowest_common(one.path for one in candidates))
    return queries.places(session, codes[-1:]).get(codes[-1]) if codes else None


def _mentioned(session: Session, mention: BodyMention, place: Place | None) -> _Found:
    body = respondents.by_mention(session, mention, place)
    if body:
        return body, respondents.of_row(session, body)
    return None, respondents.guessed(mention.name, respondents.level_of(mention), place)


def _assumed(session: Session, result: TriageResult, home: Office | None) -> Place | None:
    """Return the intake office's own area when the text says 市城管局 to the city's office, or 城管 to a county's.

    None as soon as the text tells any place: one that cannot be settled is still not at the office.
    """
    mentions = [one for one in respondents.accused(result.bodies) if not one.division_code]
    if home is None or result.places or not mentions:
        return None
    levels = [respondents.level_of(one) or Level.COUNTY for one in mentions]
    if any(level.depth > home.level.depth for level in levels):
        return None
    return queries.places(session, [home.division_code]).get(home.division_code)


def _elsewhere(result: TriageResult) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.name for one in result.places))


def _places(
    session: Session, result: TriageResult | None, home: Office | None, division_code: str | None
) -> tuple[Place | None, tuple[Place, ...]]:
    """Return (the place, ()) or (None, the places it might be); the text may narrow down what a person said."""
    said = _believable(result, home) if result else ()
    if division_code:
        inside = [one for one in said if division_code in one.path]
        code, _ = settle(inside, "/")
        known = queries.places(session, {division_code, code or division_code})
        if division_code not in known:
            raise NotFound(
                f"没有代码为 {division_code} 的行政区划，请从列表中选择。", code="division_not_found"
            )
        return known.get(code or "") or known[division_code], ()
    code, codes = settle(said, home.path if home else "/")
    known = queries.places(session, {*codes, *([code] if code else [])})
    return known.get(code or ""), tuple(known[one] for one in codes if one in known)


def _believable(result: TriageResult, home: Office | None) -> tuple[Mention, ...]:
    """Return the places of a text without other provinces that no body is said to be of.

    Callers tell where they come from (河南老乡) more often than they complain about an authority there. Beside a place
    at home the other province stays: the matter may be enforcement across regions, and a person should look.
    """
    ours = path_codes(home.path)[0] if home else ""
    inside = tuple(one for one in result.places if one.code not in _OUTSIDE) or result.places
    near = [one for one in inside if not ours or one.path[0] == ours]
    accused = {one.division_code[:2] for one in result.bodies if one.division_code}
    return inside if near else tuple(one for one in inside if one.code[:2] in accused)


def decide(session: Session, facts: Facts, *, now: datetime) -> Decision:
    """Return where a complaint with these facts goes, by the versions of the rules and the rulings in force at `now`."""
    rules = rules_on(session, local_date(now))
    facts = with_precedent(session, facts, now=now)
    return choose(facts, _tree(session, facts, rules), rules)


def with_precedent(session: Session, facts: Facts, *, now: datetime) -> Facts:
    """Return the facts with the ruling in force at `now` on the body and category they name, if there is one."""
    if facts.body_id is None or not facts.category or len(facts.respondents) != 1:
        return facts
    path = facts.place.path if facts.place else ""
    return replace(facts, settled=precedents.find(session, facts.body_id, facts.category, path, now=now))


def rules_on(session: Session, on: date) -> tuple[Rule, ...]:
    """Return the rules in force on a local date, references resolved; the table is read once per unit of work."""
    known: dict[date, tuple[Rule, ...]] = session.info.setdefault(_RULES, {})
    if on not in known:
        known[on] = resolved(in_force(versions(session), on))
    return known[on]


def versions(session: Session) -> tuple[Rule, ...]:
    """Return every version of every rule; the table is read once per unit of work."""
    if _VERSIONS not in session.info:
        session.info[_VERSIONS] = tuple(row.as_rule() for row in queries.rule_versions(session))
    return cast(tuple[Rule, ...], session.info[_VERSIONS])


def forget(session: Session) -> None:
    """Read the table anew the next time, because it was changed."""
    for key in (_RULES, _VERSIONS):
        session.info.pop(key, None)


def _tree(session: Session, facts: Facts, rules: Iterable[Rule]) -> Tree:
    """Return the offices on every path that the decision may look at."""
    codes = {facts.intake_office} if facts.intake_office else set()
    for place in (facts.place, *facts.candidates):
        codes.update(path_codes(place.path) if place else ())
    for respondent in facts.respondents:
        codes.update(_codes(respondent))
    named = {rule.office_code for rule in rules} | {facts.duty.office_code if facts.duty else ""}
    named |= {facts.settled.office_code} if facts.settled else set()
    if named - {""}:
        codes.update(
            code for path in queries.office_paths(session, named - {""}) for code in path_codes(path)
        )
    if not codes:
        codes = {home for rule in rules if (home := _home_province(rule))}
    return Tree.of(queries.offices(session, codes))


def _codes(respondent: Respondent) -> set[str]:
    codes = set(path_codes(respondent.place.path)) if respondent.place else set()
    return codes | (_codes(respondent.founder) if respondent.founder else set())


def _home_province(rule: Rule) -> str:
    province = rule.condition.get("province")
    home = province.get("not") if isinstance(province, Mapping) else None
    return home if isinstance(home, str) else ""


def try_out(
    session: Session,
    *,
    now: datetime,
    division_code: str | None = None,
    respondents_told: Iterable[Mapping[str, Any]] = (),
    is_conduct: bool = False,
) -> Decision:
    """Return what the table decides for facts typed into the tester; writes nothing.

    respondents_told: `name` and, as far as known, `body_code`, `level`. Raises NotFound for an unknown code.
    """
    place, _ = _places(session, None, None, division_code)
    found = [_told(session, one, place) for one in respondents_told]
    facts = Facts(respondents=tuple(one for _, one in found), place=place, is_conduct=is_conduct)
    return decide(session, facts, now=now)


def _told(session: Session, told: Mapping[str, Any], place: Place | None) -> _Found:
    if code := told.get("body_code"):
        rows = queries.bodies(session, [code])
        if not rows:
            raise NotFound(f"没有代码为 {code} 的执法主体，请从列表中选择。", code="body_not_found")
        return rows[0], respondents.of_row(session, rows[0])
    return _named(session, told.get("name") or "被反映单位", told.get("level"), place)
