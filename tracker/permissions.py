"""Who may do what: one pure table of roles and permissions, and the relations that narrow it.

`allowed` answers by role alone and guards the doors; `in_subtree` and its kin answer for one thing and guard the
services. What an actor may not see is reported as absent, never as forbidden. What may be read of a ticket or done to it,
by whom and in which state, is a table of its own over these permissions: `tracker.rights`.
"""

from dataclasses import dataclass
from enum import StrEnum

from tracker.errors import NotAllowed, NotFound


class Role(StrEnum):
    """The posts of the field; one account holds one post in one office."""

    OPERATOR = "operator"
    """话务员: logs, dispatches, calls back."""
    OFFICER = "officer"
    """承办人: handles tickets of an office."""
    REVIEWER = "reviewer"
    """审核人: approves replies, extensions, returns and transfers of the own office."""
    ARBITER = "arbiter"
    """裁决人: rules on returns of subordinate offices."""
    LIAISON = "liaison"
    """纪检联络员: receives clues for one commission, on the discipline side only."""
    LEADER = "leader"
    """领导: reads the own subtree."""
    ADMINISTRATOR = "administrator"
    """管理员: accounts and tables; reads neither complainants nor clues."""
    AUDITOR = "auditor"
    """审计员: reads logs."""
    SYSTEM = "system"
    """系统: the workers, acting on rules."""


class Permission(StrEnum):
    """One thing somebody may do; the docstring under each says what in the reader's words."""

    SIGNED_IN = "signed_in"
    """Use what every signed-in account may use: own password, own inbox, pickers."""
    TICKET_READ = "ticket:read"
    """Read tickets of the own subtree, contact masked."""
    TICKET_INTAKE = "ticket:intake"
    """Log a complaint and see the suggestion for it."""
    TICKET_TRIAGE = "ticket:triage"
    """Set the category and dispatch or redispatch a ticket by hand."""
    TICKET_HANDLE = "ticket:handle"
    """Accept, return, extend, suspend, co-handle, reply, terminate as the office in charge."""
    TICKET_REVIEW = "ticket:review"
    """Decide on replies, extensions, terminations and returns of the own office."""
    REPLY_TEMPLATE = "reply_template:edit"
    """Change the reply templates of the own office, which hold for all below it."""
    TICKET_RULE = "ticket:rule"
    """Rule on a return."""
    TICKET_URGE = "ticket:urge"
    """Urge (催办) a ticket of the own subtree."""
    TICKET_SUPERVISE = "ticket:supervise"
    """Put a ticket under supervision (督办), and choose the class it is sorted into."""
    TICKET_INSTRUCT = "ticket:instruct"
    """Record a leader's instruction (领导批示) on a ticket of the own subtree."""
    DOCUMENT_READ = "document:read"
    """Read the supervision documents the own subtree issued or received."""
    DOCUMENT_SIGN = "document:sign"
    """Sign for a supervision document, and report what was done about it."""
    DOCUMENT_ORDER = "document:order"
    """Issue a 工单 to a subordinate office."""
    DOCUMENT_ISSUE = "document:issue"
    """Issue a 提醒函, 督办函 or 移送函; recheck and void documents of the own office."""
    DOCUMENT_DECIDE = "document:decide"
    """Issue a 行政执法监督意见书 or 决定书."""
    TICKET_VERIFY = "ticket:verify"
    """Verify a rectified finding of a subordinate office (销号验收)."""
    TICKET_CALL_BACK = "ticket:call_back"
    """Call the complainant back, score, close, archive or send to rework."""
    CONTACT_REVEAL = "contact:reveal"
    """See one contact field in clear, with a reason, logged."""
    CLUE_PROPOSE = "clue:propose"
    """Propose the transfer of a clue from a ticket of the own office."""
    CLUE_APPROVE = "clue:approve"
    """Approve, refuse, send or withdraw a clue transfer of the own office."""
    CLUE_RECEIVE = "clue:receive"
    """Read and handle the packages addressed to the own commission, on the discipline side only."""
    CAMPAIGN_READ = "campaign:read"
    """Read campaigns and their ledger in the own subtree."""
    CAMPAIGN_MANAGE = "campaign:manage"
    """Open campaigns, add findings and draw tickets into them."""
    IMPORT = "import"
    """Import complaints or findings from a file."""
    EXPORT = "export"
    """Export the tickets the actor may read, contact masked."""
    NOTICE_READ = "notice:read"
    """Read the own inbox."""
    NOTICE_MANAGE = "notice:manage"
    """See the notices no gateway took, in the own subtree, and send them again or drop them."""
    REPORT_READ = "report:read"
    """Read indicators of the own subtree."""
    TABLE_READ = "table:read"
    """Read reference tables: divisions, offices, bodies, categories, rules, calendar."""
    TABLE_EDIT = "table:edit"
    """Change reference tables."""
    PRECEDENT_SWITCH = "precedent:switch"
    """See the rulings that routing follows, and switch one off or on again."""
    SURGE_READ = "surge:read"
    """Read the surge alarms of the own subtree."""
    SURGE_ANSWER = "surge:answer"
    """Answer a surge alarm of the own subtree, and say whether it was false."""
    MODEL_READ = "model:read"
    """Read the classification models, their scores and what people corrected."""
    MODEL_MANAGE = "model:manage"
    """Train a model, switch between models, set what wrong dispatches cost."""
    ACCOUNT_MANAGE = "account:manage"
    """Create, change and disable accounts."""
    ACCOUNT_CONFIRM = "account:confirm"
    """Agree, as the second person, to an account that sees identities, clues or logs."""
    AUDIT_READ = "audit:read"
    """Read the audit log."""


P = Permission

_EVERYONE = {P.SIGNED_IN, P.TABLE_READ, P.NOTICE_READ}
_READER = _EVERYONE | {P.TICKET_READ, P.CAMPAIGN_READ, P.REPORT_READ, P.DOCUMENT_READ}
_ISSUER = {P.DOCUMENT_SIGN, P.DOCUMENT_ORDER, P.DOCUMENT_ISSUE, P.DOCUMENT_DECIDE}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.OPERATOR: frozenset(
        _READER
        | {
            P.TICKET_INTAKE,
            P.TICKET_TRIAGE,
            P.TICKET_CALL_BACK,
            P.TICKET_URGE,
            P.CONTACT_REVEAL,
            P.DOCUMENT_ORDER,
            P.IMPORT,
            P.EXPORT,
        }
    ),
    Role.OFFICER: frozenset(
        _READER
        | {P.TICKET_INTAKE, P.TICKET_HANDLE, P.CONTACT_REVEAL, P.CLUE_PROPOSE, P.EXPORT, P.TICKET_URGE}
        | {P.DOCUMENT_SIGN, P.DOCUMENT_ORDER}
    ),
    Role.REVIEWER: frozenset(
        _READER
        | _ISSUER
        | {
            P.TICKET_INTAKE,
            P.TICKET_TRIAGE,
            P.TICKET_HANDLE,
            P.TICKET_REVIEW,
            P.REPLY_TEMPLATE,
            P.TICKET_URGE,
            P.TICKET_SUPERVISE,
            P.TICKET_INSTRUCT,
            P.TICKET_VERIFY,
            P.CLUE_PROPOSE,
            P.CLUE_APPROVE,
            P.CAMPAIGN_MANAGE,
            P.IMPORT,
            P.EXPORT,
            P.MODEL_READ,
            P.SURGE_READ,
            P.SURGE_ANSWER,
            P.ACCOUNT_CONFIRM,
        }
    ),
    Role.ARBITER: frozenset(
        _READER
        | _ISSUER
        | {
            P.TICKET_RULE,
            P.PRECEDENT_SWITCH,
            P.TICKET_TRIAGE,
            P.TICKET_URGE,
            P.TICKET_SUPERVISE,
            P.TICKET_VERIFY,
            P.EXPORT,
        }
        | {P.SURGE_READ, P.SURGE_ANSWER, P.TICKET_INSTRUCT}
    ),
    Role.LIAISON: frozenset({P.CLUE_RECEIVE}),
    Role.LEADER: frozenset(
        _READER
        | {P.EXPORT, P.TICKET_URGE, P.TICKET_INSTRUCT, P.SURGE_READ, P.SURGE_ANSWER, P.ACCOUNT_CONFIRM}
    ),
    Role.ADMINISTRATOR: frozenset(
        _EVERYONE
        | {
            P.TABLE_EDIT,
            P.REPLY_TEMPLATE,
            P.PRECEDENT_SWITCH,
            P.NOTICE_MANAGE,
            P.ACCOUNT_MANAGE,
            P.ACCOUNT_CONFIRM,
            P.MODEL_READ,
            P.MODEL_MANAGE,
            P.SURGE_READ,
        }
    ),
    Role.AUDITOR: frozenset(_EVERYONE | {P.AUDIT_READ}),
    Role.SYSTEM: frozenset(P),
}


@dataclass(frozen=True)
class Actor:
    """Who acts: an account in its post and office. `office_path` is "/" for nobody's office (the whole tree).

    scopes: the permissions left to a token of limited scope; None for everything the post may do.
    """

    account_id: int | None
    name: str
    role: Role
    office_id: int | None
    office_path: str
    office_level: str
    office_name: str = ""
    scopes: frozenset[Permission] | None = None

    @property
    def is_system(self) -> bool:
        """True for the workers acting on rules."""
        return self.role is Role.SYSTEM


SYSTEM = Actor(
    account_id=None, name="系统", role=Role.SYSTEM, office_id=None, office_path="/", office_level="province"
)


def allowed(actor: Actor, permission: Permission) -> bool:
    """Return whether the actor's role holds the permission at all, and his token, if he acts by one, carries it."""
    return permission in GRANTS[actor.role] and (actor.scopes is None or permission in actor.scopes)


def require(actor: Actor, permission: Permission) -> None:
    """Raise NotAllowed when the actor's role, or the token he acts by, does not hold the permission."""
    if not allowed(actor, permission):
        raise NotAllowed("您的岗位没有这项权限，请联系本单位管理员。")


def in_subtree(actor: Actor, path: str) -> bool:
    """Return whether the office at `path` is the actor's own or below it."""
    return path.startswith(actor.office_path)


def is_above(actor: Actor, path: str) -> bool:
    """Return whether the actor's office stands strictly above the office at `path`."""
    return path != actor.office_path and path.startswith(actor.office_path)


def require_seen(actor: Actor, path: str, what: str = "该事项") -> None:
    """Raise NotFound unless the thing's office lies in the actor's subtree; absence is all a stranger learns."""
    if not in_subtree(actor, path):
        raise NotFound(f"没有找到{what}，或不在您的权限范围内。")


def require_own(actor: Actor, office_id: int | None) -> None:
    """Raise NotAllowed unless the actor sits in that very office; the workers may act for any."""
    if not actor.is_system and actor.office_id != office_id:
        raise NotAllowed("只有承办单位的人员可以办理这一步。", code="not_your_office")


def require_other(actor: Actor, account_id: int | None, what: str) -> None:
    """Raise NotAllowed when the actor would decide on what he himself asked for."""
    if actor.account_id is not None and actor.account_id == account_id:
        raise NotAllowed(f"{what}须由另一人决定，不能自己审批自己的申请。", code="second_person_needed")
