"""The table of rights over tickets: which post, standing how to a ticket, may read or do what while the ticket is where.

Facts in, answer out. `permissions.GRANTS` says what a post may do at all; `ACTIONS` and `READS` narrow it by relation and
state, a line for each. `tickets.sight` finds the facts and asks the same relations of the database; nothing else decides.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from tracker.permissions import Actor, Permission, Role, allowed
from tracker.statuses import FINAL, HANDLING, OPEN, Status


class Relation(StrEnum):
    """How the actor's office stands to a ticket; several may hold at once, and none when the office is a stranger."""

    LEAD = "lead"
    """The office in charge (主办单位)."""
    ABOVE = "above"
    """An office strictly above the one in charge (上级)."""
    TOP = "top"
    """The office in charge, where nobody stands above it: the province stands above itself."""
    INTAKE = "intake"
    """The office that took the complaint in (受理单位)."""
    ABOVE_INTAKE = "above_intake"
    """An office strictly above the one that took it in."""
    ASSISTING = "assisting"
    """The township office that looks into the matter for the county (协助单位)."""
    CO = "co"
    """A co-handling office with its part still open (协办单位)."""
    CO_DONE = "co_done"
    """A co-handling office that has answered; one that was called off is a stranger again."""
    WHOLE = "whole"
    """The office in charge of the ticket this one was split from (拆分前的主办单位)."""
    SHARED = "shared"
    """An office with which the ticket is shared (共享、抄送), until the share ends."""
    RESPONDENT = "respondent"
    """The office complained about (被投诉单位)."""


R = Relation
P = Permission
S = Status

Relations = frozenset[Relation]

OWN = frozenset({R.LEAD})
HELPING = frozenset({R.CO})
ABOVE = frozenset({R.ABOVE, R.TOP})
SUBTREE = frozenset({R.LEAD, R.ABOVE})
DESK = SUBTREE | {R.INTAKE, R.ABOVE_INTAKE}
NEAR = frozenset({R.LEAD, R.INTAKE})
AT_WORK = frozenset({R.LEAD, R.CO})
FINDERS = frozenset({R.LEAD, R.ASSISTING})
TAKERS = frozenset({R.INTAKE})

SEEN: Relations = frozenset(R) - {R.RESPONDENT}
"""Who may know of a ticket at all; to everybody else, the office complained about among them, it does not exist."""

REFUSALS: dict[Relations, str] = {
    OWN: "只有承办单位的人员可以办理这一步。",
    HELPING: "只有尚未办结的协办单位可以办理这一步。",
    DESK: "只有受理单位及其上级可以办理这一步。",
    SUBTREE: "只有承办单位及其上级可以办理这一步。",
    ABOVE: "只有承办单位的上级机构可以办理这一步。",
    NEAR: "只有受理单位和承办单位可以查看联系方式。",
    AT_WORK: "只有承办单位和协办单位可以上传证据材料。",
    FINDERS: "只有承办单位的人员可以提出线索移送。",
    TAKERS: "诉求人要求保密身份，只有受理窗口的话务员可以查看。",
}
"""What is told to an office that sees the ticket and does not stand to it as the line asks."""

ANY = frozenset(Status)
BEFORE = frozenset({S.RECEIVED, S.MANUAL, S.TRIAGED})
RETURNABLE = frozenset({S.DISPATCHED, S.IN_PROGRESS})
EARLY = BEFORE | RETURNABLE
IN_HAND = HANDLING | {S.SUSPENDED}
ANSWERED = HANDLING | {S.CALLED_BACK, S.CLOSED}


@dataclass(frozen=True)
class Right:
    """One line of the table. states: where the ticket must stand. roles: of those who hold the permission only these."""

    permission: Permission
    relations: Relations
    states: frozenset[Status] = ANY
    roles: frozenset[Role] = frozenset(Role)


ACTIONS: dict[str, Right] = {
    # 派单与签收
    "accept": Right(P.TICKET_HANDLE, OWN, frozenset({S.DISPATCHED})),
    "redispatch": Right(P.TICKET_TRIAGE, DESK, EARLY),
    "recategorise": Right(P.TICKET_TRIAGE, DESK, OPEN),
    "merge": Right(P.TICKET_TRIAGE, DESK, EARLY),
    "unmerge": Right(P.TICKET_TRIAGE, DESK, frozenset({S.MERGED})),
    "split": Right(P.TICKET_INTAKE, DESK, EARLY),
    "unsplit": Right(P.TICKET_INTAKE, DESK, EARLY | IN_HAND | {S.RETURN_REQUESTED}),
    "redirect": Right(P.TICKET_TRIAGE, DESK, EARLY),
    "reject": Right(P.TICKET_TRIAGE, DESK, EARLY),
    "withdraw": Right(P.TICKET_TRIAGE, DESK, EARLY | IN_HAND | {S.RETURN_REQUESTED}),
    # 退单与裁决
    "return": Right(P.TICKET_HANDLE, OWN, RETURNABLE),
    "sign-return": Right(P.TICKET_REVIEW, SUBTREE, RETURNABLE),
    "withdraw-return": Right(P.TICKET_HANDLE, OWN, RETURNABLE | {S.RETURN_REQUESTED}),
    "decide-return": Right(P.TICKET_TRIAGE, DESK, frozenset({S.RETURN_REQUESTED})),
    "rule": Right(P.TICKET_RULE, ABOVE, frozenset({S.RETURN_REQUESTED})),
    "settle-return": Right(P.TICKET_RULE, ABOVE),
    # 办理
    "extend": Right(P.TICKET_HANDLE, OWN, HANDLING),
    "decide-extension": Right(P.TICKET_REVIEW, SUBTREE, IN_HAND),
    "co-handle": Right(P.TICKET_HANDLE, OWN, HANDLING),
    "co-reply": Right(P.TICKET_HANDLE, HELPING, IN_HAND),
    "co-recall": Right(P.TICKET_HANDLE, OWN, IN_HAND),
    "suspend": Right(P.TICKET_HANDLE, OWN, HANDLING),
    "resume": Right(P.TICKET_HANDLE, OWN, frozenset({S.SUSPENDED})),
    "terminate": Right(P.TICKET_HANDLE, SUBTREE, IN_HAND | {S.TERMINATING, S.DISPATCHED}),
    "ask-termination": Right(P.TICKET_HANDLE, OWN, IN_HAND | {S.DISPATCHED}),
    "reply": Right(P.TICKET_HANDLE, OWN, HANDLING),
    "allow-handler": Right(P.TICKET_REVIEW, SUBTREE, frozenset({S.REWORK})),
    "review": Right(P.TICKET_REVIEW, SUBTREE, frozenset({S.REPLIED})),
    "check-reply": Right(P.TICKET_HANDLE, OWN),
    "upload": Right(P.TICKET_HANDLE, AT_WORK, ANY - FINAL),
    # 监督
    "urge": Right(P.TICKET_URGE, DESK, OPEN),
    "supervise": Right(P.TICKET_SUPERVISE, SUBTREE, OPEN),
    "sort": Right(P.TICKET_SUPERVISE, SUBTREE),
    "instruct": Right(P.TICKET_INSTRUCT, SUBTREE, OPEN),
    "answer-instruction": Right(P.TICKET_HANDLE, OWN),
    "fill-ledger": Right(P.TICKET_HANDLE, OWN, ANY - FINAL),
    "manage-ledger": Right(P.CAMPAIGN_MANAGE, SUBTREE, ANY - FINAL),
    "verify": Right(P.TICKET_VERIFY, ABOVE, frozenset({S.REVIEWED})),
    "look-back": Right(P.TICKET_VERIFY, ABOVE, frozenset({S.CLOSED})),
    # 回访与办结
    "call-back": Right(P.TICKET_CALL_BACK, DESK, frozenset({S.REVIEWED})),
    "close": Right(P.TICKET_CALL_BACK, DESK, frozenset({S.REVIEWED, S.CALLED_BACK})),
    "rework": Right(P.TICKET_CALL_BACK, DESK, frozenset({S.REVIEWED, S.CALLED_BACK, S.CLOSED})),
    "archive": Right(P.TICKET_CALL_BACK, DESK, frozenset({S.CLOSED})),
    "appeal": Right(P.TICKET_HANDLE, OWN, ANSWERED),
    "decide-appeal": Right(P.TICKET_RULE, ABOVE),
    "exclude": Right(P.TICKET_RULE, ABOVE, ANSWERED | {S.ARCHIVED}),
    "include": Right(P.TICKET_RULE, ABOVE),
    # 共享
    "share": Right(P.TICKET_REVIEW, OWN, ANY - BEFORE - FINAL),
    "unshare": Right(P.TICKET_REVIEW, OWN),
    # 其他
    "regroup": Right(P.TICKET_TRIAGE, DESK),
    "note": Right(P.TICKET_READ, DESK, OPEN | {S.CLOSED, S.MERGED}),
}
"""What may be done to a ticket. A share, an answered part or the office in charge of the whole give no line here."""


class Sensitivity(StrEnum):
    """How closely a part of a ticket is kept."""

    ORDINARY = "ordinary"
    """Text, history, replies, evidence (正文与办理过程), whatever names a person hidden."""
    EXPORT = "export"
    """The same as a file."""
    CALLER = "caller"
    """Whether it was taken in from a given number (按号码查找), unless the complainant is hidden."""
    CONTACT = "contact"
    """Name, telephone, identity number and address of the complainant (联系方式)."""
    ORIGINAL = "original"
    """The words as they came, with whatever names a person (原文)."""
    IDENTITY = "identity"
    """Contact and words of a complainant who hid his identity or gave none (保密身份)."""
    CLUE = "clue"
    """A clue found in the ticket, to be proposed for transfer (问题线索)."""


READS: dict[Sensitivity, Right] = {
    Sensitivity.ORDINARY: Right(P.TICKET_READ, SEEN),
    Sensitivity.EXPORT: Right(P.EXPORT, SEEN),
    Sensitivity.CALLER: Right(P.TICKET_READ, SEEN - {R.SHARED}),
    Sensitivity.CONTACT: Right(P.CONTACT_REVEAL, NEAR),
    Sensitivity.ORIGINAL: Right(P.CONTACT_REVEAL, NEAR),
    Sensitivity.IDENTITY: Right(P.CONTACT_REVEAL, TAKERS, roles=frozenset({Role.OPERATOR})),
    Sensitivity.CLUE: Right(P.CLUE_PROPOSE, FINDERS),
}
"""What may be read of a ticket. Whoever is not in a line of contact, original, identity or clue has no way to it."""


@dataclass(frozen=True)
class Facts:
    """What rights over one ticket hang on: ids of offices, and the paths of the two whose superiors count."""

    lead_id: int
    lead_path: str
    intake_id: int
    intake_path: str
    assisting_id: int | None = None
    whole_id: int | None = None
    helping: AbstractSet[int] = frozenset()
    helped: AbstractSet[int] = frozenset()
    shared: AbstractSet[int] = frozenset()
    respondents: AbstractSet[int] = frozenset()


def is_top(path: str) -> bool:
    """Return whether nobody stands above the office at the path ("/440000/"), or it is the whole tree ("/")."""
    return path.count("/") <= 2


def is_barred_from(actor: Actor) -> bool:
    """Return whether the actor's office must keep away from what is said about itself (回避): all but the top one."""
    return actor.office_id is not None and not is_top(actor.office_path)


def stands(actor: Actor, facts: Facts) -> Relations:
    """Return how the actor's office stands to the ticket; the workers stand everywhere.

    The office complained about stands nowhere else, whatever it took in or helped with: its superior works on that
    ticket. The top office has nobody to give way to and keeps its relations beside that one.
    """
    if actor.is_system:
        return SEEN
    own, found = actor.office_id, set()
    if own is not None and own in facts.respondents:
        if is_barred_from(actor):
            return frozenset({R.RESPONDENT})
        found.add(R.RESPONDENT)
    found |= _in_line(actor, facts)
    if own is not None:
        found |= _by_name(own, facts)
    return frozenset(found)


def _in_line(actor: Actor, facts: Facts) -> set[Relation]:
    found = set()
    for office_id, path, itself, over in (
        (facts.lead_id, facts.lead_path, R.LEAD, R.ABOVE),
        (facts.intake_id, facts.intake_path, R.INTAKE, R.ABOVE_INTAKE),
    ):
        if actor.office_id == office_id:
            found.add(itself)
        elif path != actor.office_path and path.startswith(actor.office_path):
            found.add(over)
    return found | ({R.TOP} if R.LEAD in found and is_top(facts.lead_path) else set())


def _by_name(own: int, facts: Facts) -> set[Relation]:
    told = {
        R.ASSISTING: own == facts.assisting_id,
        R.CO: own in facts.helping,
        R.CO_DONE: own in facts.helped,
        R.WHOLE: own == facts.whole_id,
        R.SHARED: own in facts.shared,
    }
    return {relation for relation, holds in told.items() if holds}


def holds(actor: Actor, right: Right, relations: Relations) -> bool:
    """Return whether post and relation give the right, wherever the ticket stands."""
    if actor.is_system:
        return True
    return (
        allowed(actor, right.permission) and actor.role in right.roles and bool(relations & right.relations)
    )


def may_do(actor: Actor, name: str, relations: Relations, status: Status | str) -> bool:
    """Return whether the actor may do the action of that name to a ticket in that status."""
    right = ACTIONS[name]
    return status in right.states and holds(actor, right, relations)


def may_read(actor: Actor, part: Sensitivity, relations: Relations, *, hidden: bool = False) -> bool:
    """Return whether the actor may read that part of a ticket.

    hidden: the complainant hid his identity or gave none. The top office, where it is itself complained about, is kept
    off in the same way.
    """
    return holds(actor, READS[closest(part, relations, hidden=hidden)], relations)


def closest(part: Sensitivity, relations: Relations, *, hidden: bool) -> Sensitivity:
    """Return the line that decides over the part: contact and words of a hidden complainant are his identity."""
    kept = part in {Sensitivity.CONTACT, Sensitivity.ORIGINAL} and (hidden or R.RESPONDENT in relations)
    return Sensitivity.IDENTITY if kept else part
