"""What a routing decision is made from, and what it says; frozen values without behaviour worth a test."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from tracker.offices.rules import BodyKind, Level


@dataclass(frozen=True)
class Place:
    """A division: its codes from the province down ("/440000/440100/440106/"), level, name, name of its province."""

    path: str
    level: Level
    name: str = ""
    province: str = ""


@dataclass(frozen=True)
class Respondent:
    """A body complained about. Without a place of its own it is looked for where the matter happened.

    founder: who set up an outpost. superior_*: the department above, told when the body is vertically managed.
    """

    name: str
    kind: BodyKind
    level: Level
    place: Place | None = None
    code: str = ""
    is_vertical: bool = False
    founder: "Respondent | None" = None
    superior_name: str = ""
    superior_code: str = ""


@dataclass(frozen=True)
class Spoken:
    """What a complaint says (title and content), and the local date whose duty list it is held against."""

    text: str
    on: date


class DutyMatch(StrEnum):
    """How a row of the duty list was found."""

    ITEM = "item"
    """事项: the text speaks of the item itself."""
    CATEGORY = "category"
    """分类: only the category of the complaint is listed."""


@dataclass(frozen=True)
class Duty:
    """What the duty list (职责清单) says of a complaint that names nobody.

    name: of the item or the category. body: in charge, as listed. office_code: the office listed with it, "" for the one the
    routing table tells for the body. beaten: body of the category row that had to give way to the item, "" for none.
    """

    match: DutyMatch
    name: str
    body: str
    office_code: str = ""
    basis: str = ""
    beaten: str = ""


@dataclass(frozen=True)
class Settled:
    """An earlier ruling (裁决先例) on the same body and category: the office it named, and the ticket it was made on."""

    office_code: str
    ticket_number: str
    ruled_on: date


@dataclass(frozen=True)
class Facts:
    """All that routing looks at.

    candidates: the places meant when the place named fits several. is_conduct: only somebody's personal conduct is
    complained about. intake_office: code of the office that keeps what nobody can place yet. body_id, division_code: the
    rows of the first respondent and of the place, for whoever stores the decision. category: code of the leaf, "" while
    unknown. assumed: the intake office's own area, when nothing else tells where the respondent is. elsewhere: names of
    the places in the text that cannot be taken for the scene or lie outside the system. duty: set when the respondents
    come from the duty list and not from the complaint. settled: the ruling on such a complaint that is in force.
    """

    respondents: tuple[Respondent, ...] = ()
    place: Place | None = None
    candidates: tuple[Place, ...] = ()
    is_conduct: bool = False
    intake_office: str = ""
    body_id: int | None = None
    division_code: str | None = None
    category: str = ""
    assumed: Place | None = None
    elsewhere: tuple[str, ...] = ()
    duty: Duty | None = None
    settled: Settled | None = None


class DecisionKind(StrEnum):
    """What becomes of the complaint."""

    DISPATCH = "dispatch"
    """派单: to an office."""
    REDIRECT = "redirect"
    """转其他渠道: out of this province's hands."""
    MANUAL = "manual"
    """人工研判: a person decides, with candidates ready to click."""


class Target(StrEnum):
    """How a rule finds the office."""

    SAME_LEVEL = "same_level"
    """The office of the government the body belongs to."""
    SUPERIOR = "superior"
    """The office one level above the body."""
    FOUNDER = "founder"
    """The office of the government that set the body up."""
    LOWEST_COMMON = "lowest_common"
    """The lowest office above all bodies concerned."""
    PLACE = "place"
    """The office of the county where it happened; of the city where there is no county."""
    OTHER_PROVINCE = "other_province"
    """The hotline of another province."""
    MINISTRY = "ministry"
    """The Ministry of Justice, above the provincial office."""
    PERSON = "person"
    """Whoever sits at the manual desk."""
    OFFICE = "office"
    """The office the rule itself names."""
    RULE = "rule"
    """As another rule says (比照)."""


@dataclass(frozen=True)
class Rule:
    """One row of the routing table. Rows are tried by priority; the first whose condition fits decides.

    condition: feature → value, list of values, or {"not": value}; see `conditions.FEATURES`. because: Chinese sentence with
    placeholders, see `conditions.PLACEHOLDERS`. version: counted from 1 for each code; the latest one begun decides.
    is_active: False for a version that retires the rule. office_code: for Target.OFFICE. refers_to: code of the rule that
    Target.RULE follows.
    """

    code: str
    priority: int
    condition: Mapping[str, Any] = field(hash=False)
    outcome: DecisionKind
    target: Target
    because: str
    basis: str
    verified: bool
    effective_from: date
    assisting: bool = False
    leadership: bool = False
    version: int = 1
    is_active: bool = True
    office_code: str = ""
    refers_to: str = ""


@dataclass(frozen=True)
class Candidate:
    """An office a person may click, with the place that would make it right."""

    office_code: str
    office_name: str
    label: str


@dataclass(frozen=True)
class Decision:
    """Where a complaint goes and why.

    office_code: the lead office; for MANUAL the office that keeps it until a person decides; None only for REDIRECT,
    when `redirect_to` names the channel. leadership: into the leadership queue of that office. tell_body: names of the superior
    departments of vertically managed bodies, to be told. because: a sentence a clerk can read out.
    """

    kind: DecisionKind
    office_code: str | None
    rule_id: str
    because: str
    assisting_office_code: str | None = None
    leadership: bool = False
    conduct: bool = False
    tell_body: str = ""
    tell_body_codes: tuple[str, ...] = ()
    redirect_to: str = ""
    candidates: tuple[Candidate, ...] = ()
