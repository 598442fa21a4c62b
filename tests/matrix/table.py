"""Every address of both sides, named once: what one must hold to enter, and what four offices then find there.

To add an address, name it under the permission it asks for and the reach that fits; the test says which are missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.matrix.town import ABSENT, OK, REFUSED, SIGN_IN
from tracker.permissions import Permission, Role

P = Permission

Reach = Mapping[str, str]
"""Place → answer to whoever holds the permission there. The business is 天河区's own; the others are above, below, beside."""


def _reach(own: str, superior: str, subordinate: str, other: str) -> Reach:
    return {"own": own, "superior": superior, "subordinate": subordinate, "other": other}


ANYWHERE = _reach(OK, OK, OK, OK)
"""The office does not matter: lists of the own sight, own things, tables for everybody, input that is judged first."""
NOTHING = _reach(ABSENT, ABSENT, ABSENT, ABSENT)
"""It names a thing nobody made."""
NOBODY = _reach(REFUSED, REFUSED, REFUSED, REFUSED)
"""Shut to these, though the permission would let them in."""
OUT = _reach(SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN)
"""It ends at the sign-in page."""
SIGHT = _reach(OK, OK, ABSENT, ABSENT)
"""Of the own office and those below it; to the others it does not exist."""
LEAD = _reach(OK, REFUSED, ABSENT, ABSENT)
"""Only of the office in charge; its superior sees it and may not."""
OWN = _reach(OK, ABSENT, ABSENT, ABSENT)
"""Of the own office alone; not even its superior knows of it."""
SEEN_ONLY = _reach(REFUSED, REFUSED, ABSENT, ABSENT)
"""Seen, and for others to do."""
KNOWN_ONLY = _reach(REFUSED, ABSENT, ABSENT, ABSENT)
"""Seen in the own office alone, and for others there to do."""
PARTICIPANTS = _reach(OK, OK, OK, ABSENT)
"""Of a campaign: those above the office that opened it, and those below it, who take part."""
ISSUER = _reach(REFUSED, OK, ABSENT, ABSENT)
"""Of the superior that issued the document."""
ISSUABLE = _reach(OK, OK, REFUSED, ABSENT)
"""A document to 天河区 about its ticket: the street knows the office and not the ticket."""


@dataclass(frozen=True)
class Group:
    """Addresses that ask for one permission (None: for nothing) and answer alike. but: posts that find something else."""

    permission: Permission | None
    reach: Reach
    routes: str
    but: Mapping[Role, Reach] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The addresses, as "GET /tickets"."""
        return [line.strip() for line in self.routes.splitlines() if line.strip()]


SUPERVISION: tuple[Group, ...] = (
    Group(
        None,
        NOTHING,
        """
        GET /bootstrap/static/<path:filename>
        POST /public/query
        GET /public/rate/<token>
        POST /query
        POST /query/facts
        GET /rate/<token>
        POST /rate/<token>
        POST /rate
        """,
    ),
    Group(
        None,
        ANYWHERE,
        """
        GET /static/<path:filename>
        GET /api/openapi.json
        POST /public/tickets/<receipt>/facts
        POST /public/rate/<token>
        GET /login
        GET /query
        GET /healthz
        GET /readyz
        GET /metrics
        """,
    ),
    Group(
        None,
        OUT,
        """
        POST /login
        GET /login/code
        POST /login/code
        POST /logout
        """,
    ),
    Group(
        None,
        NOBODY,
        """
        GET /login/oidc
        GET /login/oidc/back
        """,
    ),
    Group(
        P.SIGNED_IN,
        NOTHING,
        """
        DELETE /api/v1/tokens/<int:token_id>
        DELETE /api/v1/sign-ins/<int:sign_in_id>
        POST /account/tokens/<int:token_id>/revoke
        POST /account/sign-ins/<int:sign_in_id>/end
        """,
    ),
    Group(
        P.SIGNED_IN,
        ANYWHERE,
        """
        GET /api/v1/me
        POST /api/v1/me/password
        GET /api/v1/tokens
        POST /api/v1/tokens
        GET /api/v1/sign-ins
        GET /
        GET /account
        POST /account/password
        POST /account/tokens
        POST /account/totp/new
        POST /account/totp
        POST /account/totp/codes
        POST /account/oidc
        POST /account/oidc/remove
        """,
    ),
    Group(
        P.SIGNED_IN,
        ANYWHERE,
        """
        POST /account/totp/remove
        """,
        but={Role.ADMINISTRATOR: NOBODY, Role.AUDITOR: NOBODY},
    ),
    Group(
        P.SIGNED_IN,
        OUT,
        """
        POST /account/sign-out-everywhere
        """,
    ),
    Group(
        P.TICKET_READ,
        NOTHING,
        """
        POST /api/v1/tickets/bulk/<int:batch_id>/undo
        GET /api/v1/groups/<number>
        GET /api/v1/groups/<number>/tickets
        POST /tickets/bulk
        GET /groups/<number>
        """,
    ),
    Group(
        P.TICKET_READ,
        SIGHT,
        """
        GET /api/v1/tickets/<number>
        GET /api/v1/tickets/<number>/events
        GET /api/v1/tickets/<number>/deadline
        GET /api/v1/tickets/<number>/actions
        POST /api/v1/tickets/<number>/actions/<name>
        GET /api/v1/tickets/<number>/replies
        GET /api/v1/tickets/<number>/evidence
        GET /api/v1/tickets/<number>/evidence/<int:file_id>
        GET /api/v1/tickets/<number>/call-backs
        GET /tickets/<number>
        POST /tickets/<number>/do/<name>
        """,
    ),
    Group(
        P.TICKET_READ,
        ANYWHERE,
        """
        GET /api/v1/tickets
        POST /api/v1/tickets/search
        POST /api/v1/tickets/bulk
        GET /api/v1/groups
        GET /api/v1/reply-templates
        POST /tickets/find
        GET /tickets
        POST /tickets/bulk/<int:batch_id>/undo
        GET /groups
        """,
    ),
    Group(
        P.TICKET_INTAKE,
        ANYWHERE,
        """
        POST /api/v1/tickets
        POST /api/v1/tickets/batch
        POST /api/v1/triage
        GET /intake
        """,
    ),
    Group(
        P.TICKET_TRIAGE,
        SIGHT,
        """
        POST /api/v1/groups/<number>/tickets
        POST /api/v1/groups/<number>/leave
        GET /returns/<number>
        """,
    ),
    Group(
        P.TICKET_TRIAGE,
        ANYWHERE,
        """
        POST /groups/<number>/join
        POST /groups/<number>/leave
        """,
    ),
    Group(
        P.TICKET_HANDLE,
        SIGHT,
        """
        GET /api/v1/tickets/<number>/reply-templates
        POST /supervision/instructions/<int:instruction_id>
        """,
    ),
    Group(
        P.TICKET_HANDLE,
        LEAD,
        """
        POST /api/v1/tickets/<number>/evidence
        POST /api/v1/tickets/<number>/reply-check
        POST /api/v1/instructions/<int:instruction_id>/answer
        POST /tickets/<number>/evidence
        """,
    ),
    Group(
        P.TICKET_REVIEW,
        NOTHING,
        """
        POST /notices/letters/<int:letter_id>
        """,
    ),
    Group(
        P.TICKET_REVIEW,
        ANYWHERE,
        """
        GET /api/v1/notices/letters
        POST /api/v1/notices/letters/<int:letter_id>/settle
        GET /notices/letters
        """,
    ),
    Group(
        P.REPLY_TEMPLATE,
        NOTHING,
        """
        DELETE /api/v1/reply-templates/<int:template_id>
        POST /replies/templates/<int:template_id>/remove
        """,
    ),
    Group(
        P.REPLY_TEMPLATE,
        ANYWHERE,
        """
        PUT /api/v1/reply-templates
        GET /replies/templates
        POST /replies/templates
        """,
    ),
    Group(
        P.TICKET_RULE,
        ANYWHERE,
        """
        GET /returns
        """,
    ),
    Group(
        P.TICKET_SUPERVISE,
        SIGHT,
        """
        POST /api/v1/tickets/<number>/sorting
        POST /supervision/<number>/sort
        """,
    ),
    Group(
        P.DOCUMENT_READ,
        SIGHT,
        """
        GET /api/v1/documents/<int:document_id>
        GET /api/v1/documents/<int:document_id>/files/<made_as>
        GET /api/v1/tickets/<number>/sorting
        GET /api/v1/tickets/<number>/instructions
        GET /documents/<int:document_id>
        GET /documents/<int:document_id>/files/<made_as>
        """,
    ),
    Group(
        P.DOCUMENT_READ,
        ANYWHERE,
        """
        GET /api/v1/documents
        GET /api/v1/supervision
        GET /documents
        GET /supervision
        GET /documents/board
        POST /supervision
        """,
    ),
    Group(
        P.DOCUMENT_SIGN,
        SIGHT,
        """
        POST /documents/<int:document_id>/<any(sign, answer, recheck, object, rule, void):step>
        """,
    ),
    Group(
        P.DOCUMENT_SIGN,
        LEAD,
        """
        POST /api/v1/documents/<int:document_id>/sign
        POST /api/v1/documents/<int:document_id>/answer
        POST /api/v1/documents/<int:document_id>/object
        """,
    ),
    Group(
        P.DOCUMENT_ORDER,
        ANYWHERE,
        """
        GET /documents/new
        POST /documents
        """,
    ),
    Group(
        P.DOCUMENT_ORDER,
        NOBODY,
        """
        POST /api/v1/documents
        POST /api/v1/documents/preview
        """,
        but={Role.ARBITER: ISSUABLE, Role.REVIEWER: ISSUABLE},
    ),
    Group(
        P.DOCUMENT_ISSUE,
        ISSUER,
        """
        POST /api/v1/documents/<int:document_id>/recheck
        POST /api/v1/documents/<int:document_id>/void
        """,
    ),
    Group(
        P.DOCUMENT_DECIDE,
        ISSUER,
        """
        POST /api/v1/documents/<int:document_id>/rule
        """,
        but={Role.ARBITER: SEEN_ONLY},
    ),
    Group(
        P.TICKET_CALL_BACK,
        SIGHT,
        """
        POST /api/v1/tickets/<number>/rating-link
        GET /callbacks/<number>
        """,
    ),
    Group(
        P.TICKET_CALL_BACK,
        ANYWHERE,
        """
        GET /callbacks
        """,
    ),
    Group(
        P.CONTACT_REVEAL,
        LEAD,
        """
        POST /api/v1/tickets/<number>/reveal
        POST /tickets/<number>/reveal
        """,
    ),
    Group(
        P.CLUE_PROPOSE,
        NOTHING,
        """
        GET /clues/new
        POST /clues/new
        GET /clues/<number>/evidence/<int:n>
        """,
    ),
    Group(
        P.CLUE_PROPOSE,
        OWN,
        """
        GET /api/v1/clues/<number>
        GET /clues/<number>
        """,
    ),
    Group(
        P.CLUE_PROPOSE,
        ANYWHERE,
        """
        GET /api/v1/clues
        GET /clues
        POST /clues/<number>/actions/<name>
        """,
    ),
    Group(
        P.CLUE_PROPOSE,
        LEAD,
        """
        POST /api/v1/tickets/<number>/clues
        """,
    ),
    Group(
        P.CLUE_PROPOSE,
        KNOWN_ONLY,
        """
        POST /api/v1/clues/<number>/actions/<name>
        """,
        but={Role.REVIEWER: OWN},
    ),
    Group(
        P.CAMPAIGN_READ,
        SIGHT,
        """
        GET /api/v1/findings/<number>
        """,
    ),
    Group(
        P.CAMPAIGN_READ,
        PARTICIPANTS,
        """
        GET /api/v1/campaigns/<int:campaign_id>
        GET /api/v1/campaigns/<int:campaign_id>/findings
        GET /campaigns/<int:campaign_id>
        """,
    ),
    Group(
        P.CAMPAIGN_READ,
        ANYWHERE,
        """
        GET /api/v1/campaigns
        GET /api/v1/findings
        GET /campaigns
        """,
    ),
    Group(
        P.CAMPAIGN_READ,
        SEEN_ONLY,
        """
        PATCH /api/v1/findings/<number>
        POST /findings/<number>
        """,
        but={Role.OFFICER: LEAD, Role.REVIEWER: SIGHT},
    ),
    Group(
        P.CAMPAIGN_MANAGE,
        SIGHT,
        """
        POST /api/v1/campaigns/<int:campaign_id>/tickets
        """,
    ),
    Group(
        P.CAMPAIGN_MANAGE,
        PARTICIPANTS,
        """
        POST /api/v1/campaigns/<int:campaign_id>/findings
        POST /campaigns/<int:campaign_id>
        """,
    ),
    Group(
        P.CAMPAIGN_MANAGE,
        ANYWHERE,
        """
        POST /api/v1/campaigns
        POST /campaigns
        """,
    ),
    Group(
        P.IMPORT,
        NOTHING,
        """
        GET /api/v1/imports/<int:batch_id>
        POST /api/v1/imports/<int:batch_id>/undo
        GET /imports/<int:batch_id>/rejects.xlsx
        POST /imports/<int:batch_id>/undo
        """,
    ),
    Group(
        P.IMPORT,
        ANYWHERE,
        """
        POST /api/v1/imports
        GET /api/v1/imports
        GET /imports
        POST /imports
        GET /imports/template.xlsx
        GET /imports/ledger-template.xlsx
        """,
    ),
    Group(
        P.EXPORT,
        ANYWHERE,
        """
        GET /tickets/export
        POST /tickets/export
        GET /indicators/export.<any(xlsx, docx):made_as>
        """,
    ),
    Group(
        P.NOTICE_READ,
        ANYWHERE,
        """
        GET /api/v1/notices
        GET /api/v1/notices/unread
        POST /api/v1/notices/read
        GET /api/v1/notices/addresses
        PUT /api/v1/notices/addresses
        GET /notices
        POST /notices/read
        GET /notices/settings
        POST /notices/settings
        """,
    ),
    Group(
        P.NOTICE_MANAGE,
        NOTHING,
        """
        POST /api/v1/notices/dead/<int:delivery_id>/retry
        POST /admin/notices/<int:delivery_id>
        """,
    ),
    Group(
        P.NOTICE_MANAGE,
        ANYWHERE,
        """
        GET /api/v1/notices/dead
        POST /api/v1/notices/dead/<int:delivery_id>/drop
        GET /admin/notices
        """,
    ),
    Group(
        P.REPORT_READ,
        ANYWHERE,
        """
        GET /api/v1/reports/indicators
        GET /api/v1/reports/indicators/tickets
        GET /indicators
        GET /indicators/tickets
        """,
    ),
    Group(
        P.TABLE_READ,
        NOTHING,
        """
        GET /api/v1/bodies/<code>
        GET /api/v1/categories/<code>
        GET /api/v1/routing/rules/<code>/versions
        GET /admin/routing/rules/<code>
        """,
    ),
    Group(
        P.TABLE_READ,
        ANYWHERE,
        """
        GET /api/v1/divisions
        GET /api/v1/divisions/<code>
        GET /api/v1/offices
        GET /api/v1/offices/<code>
        GET /api/v1/bodies
        GET /api/v1/calendar
        GET /api/v1/calendar/closures
        GET /api/v1/deadline-rules
        GET /api/v1/categories
        GET /api/v1/routing/rules
        GET /api/v1/routing/rules/export
        GET /api/v1/routing/duties
        GET /api/v1/routing/duties/export
        POST /api/v1/routing/test
        GET /api/v1/channels
        POST /api/v1/routing/rules/test
        GET /api/v1/document-templates
        GET /api/v1/rework-rules
        GET /api/v1/supervision/rules
        GET /admin/calendar
        GET /admin/routing
        GET /admin/routing/export.xlsx
        GET /admin/routing/preview
        GET /admin/routing/test
        POST /admin/routing/test
        GET /admin/routing/duties
        GET /admin/routing/duties.xlsx
        """,
    ),
    Group(
        P.TABLE_EDIT,
        NOTHING,
        """
        PATCH /api/v1/bodies/<code>
        PATCH /api/v1/deadline-rules/<code>
        PATCH /api/v1/categories/<code>
        POST /api/v1/document-layouts/<int:layout_id>/<any(use, stop):deed>
        GET /api/v1/document-layouts/<int:layout_id>/<any(file, preview):which>
        POST /admin/calendar/<int:year>/closures/<int:closure_id>/reopen
        POST /admin/routing/rules/<code>
        POST /admin/documents/layouts/<int:layout_id>/<any(use, stop):deed>
        GET /admin/documents/layouts/<int:layout_id>/file
        GET /admin/documents/layouts/<int:layout_id>/preview
        """,
    ),
    Group(
        P.TABLE_EDIT,
        SIGHT,
        """
        POST /api/v1/calendar/closures/<int:closure_id>/reopen
        """,
    ),
    Group(
        P.TABLE_EDIT,
        ANYWHERE,
        """
        PATCH /api/v1/offices/<code>
        POST /api/v1/offices/<code>/move
        GET /admin/offices
        POST /admin/offices/move
        POST /api/v1/bodies
        PUT /api/v1/calendar/<int:year>
        PUT /api/v1/calendar/days/<day>
        POST /api/v1/calendar/closures
        POST /api/v1/routing/rules
        PATCH /api/v1/routing/rules/<code>
        POST /api/v1/routing/rules/import
        POST /api/v1/routing/duties/import
        POST /api/v1/routing/rules/preview
        PUT /api/v1/document-templates/<kind>
        PUT /api/v1/document-prefixes
        GET /api/v1/document-layouts
        POST /api/v1/document-layouts
        POST /admin/calendar/<int:year>/day
        POST /admin/calendar/<int:year>/load
        GET /admin/routing/rules/new
        POST /admin/routing/rules/new
        GET /admin/routing/import
        POST /admin/routing/import
        POST /admin/routing/duties
        GET /admin/documents
        POST /admin/documents/texts/<kind>
        POST /admin/documents/prefixes
        GET /admin/documents/layouts
        POST /admin/documents/layouts
        GET /admin/documents/layouts/builtin.docx
        """,
    ),
    Group(
        P.PRECEDENT_SWITCH,
        ANYWHERE,
        """
        GET /api/v1/routing/precedents
        POST /api/v1/routing/precedents/<int(max=9223372036854775807):precedent_id>/switch
        GET /admin/routing/precedents
        POST /admin/routing/precedents/<int(max=9223372036854775807):precedent_id>
        """,
    ),
    Group(
        P.SURGE_READ,
        NOTHING,
        """
        GET /api/v1/surges/<int:alarm_id>
        """,
    ),
    Group(
        P.SURGE_READ,
        ANYWHERE,
        """
        GET /api/v1/surges
        GET /surges
        """,
    ),
    Group(
        P.SURGE_ANSWER,
        NOTHING,
        """
        POST /surges/<int:alarm_id>/answer
        """,
    ),
    Group(
        P.SURGE_ANSWER,
        ANYWHERE,
        """
        POST /api/v1/surges/<int:alarm_id>/answer
        """,
    ),
    Group(
        P.MODEL_READ,
        NOTHING,
        """
        GET /api/v1/models/<version>
        """,
    ),
    Group(
        P.MODEL_READ,
        ANYWHERE,
        """
        GET /api/v1/models
        GET /api/v1/models/switches
        GET /api/v1/models/costs
        GET /api/v1/models/training
        GET /api/v1/models/drift
        GET /api/v1/corrections
        GET /admin/models
        """,
    ),
    Group(
        P.MODEL_MANAGE,
        ANYWHERE,
        """
        POST /api/v1/models/<version>/switch
        POST /api/v1/models/costs
        POST /api/v1/models/training
        POST /admin/models/<version>/switch
        POST /admin/models/training
        POST /admin/models/costs
        """,
    ),
    Group(
        P.ACCOUNT_MANAGE,
        SIGHT,
        """
        POST /api/v1/accounts/<int:account_id>/disable
        POST /api/v1/accounts/<int:account_id>/enable
        POST /api/v1/accounts/<int:account_id>/password
        POST /admin/accounts/<int:account_id>/disable
        POST /admin/accounts/<int:account_id>/enable
        POST /admin/accounts/<int:account_id>/password
        """,
    ),
    Group(
        P.ACCOUNT_MANAGE,
        ANYWHERE,
        """
        GET /api/v1/accounts
        POST /api/v1/accounts
        GET /admin/accounts
        POST /admin/accounts
        """,
    ),
    Group(
        P.ACCOUNT_CONFIRM,
        NOTHING,
        """
        POST /api/v1/account-grants/<int:grant_id>/agree
        POST /accounts/grants/<int:grant_id>/agree
        POST /accounts/grants/<int:grant_id>/refuse
        """,
    ),
    Group(
        P.ACCOUNT_CONFIRM,
        ANYWHERE,
        """
        GET /api/v1/account-grants
        POST /api/v1/account-grants/<int:grant_id>/refuse
        GET /accounts/grants
        """,
    ),
    Group(
        P.AUDIT_READ,
        ANYWHERE,
        """
        GET /api/v1/audit
        GET /api/v1/audit/readings
        GET /audit
        GET /audit/readings
        GET /audit/export.xlsx
        GET /audit/readings/export.xlsx
        """,
    ),
)
"""The side of the supervision offices."""

DISCIPLINE: tuple[Group, ...] = (
    Group(
        None,
        ANYWHERE,
        """
        GET /static/<path:filename>
        GET /bootstrap/static/<path:filename>
        GET /api/openapi.json
        GET /login
        POST /login
        POST /logout
        GET /healthz
        GET /readyz
        GET /
        """,
    ),
    Group(
        P.CLUE_RECEIVE,
        ANYWHERE,
        """
        GET /api/v1/clues
        GET /api/v1/clues/<number>
        GET /api/v1/clues/<number>/evidence/<int:n>
        GET /api/v1/clues/<number>/receipt
        POST /api/v1/clues/<number>/identity
        POST /api/v1/clues/<number>/identity/<int:request_id>/agree
        POST /api/v1/clues/<number>/actions/<name>
        GET /clues
        GET /clues/<number>
        POST /clues/<number>/open
        POST /clues/<number>/identity
        POST /clues/<number>/identity/<int:request_id>/agree
        GET /clues/<number>/evidence/<int:n>
        GET /clues/<number>/receipt
        GET /clues/<number>/receipt.json
        POST /clues/<number>/actions/<name>
        POST /account/first
        GET /account
        POST /account/password
        POST /account/totp/new
        POST /account/totp
        POST /account/totp/codes
        POST /account/sign-ins/<int:sign_in_id>/end
        POST /account/sign-out-everywhere
        POST /account/tokens
        POST /account/tokens/<int:token_id>/revoke
        GET /commission
        POST /commission/members
        POST /commission/members/<int:liaison_id>/remove
        POST /commission/rotate
        POST /commission/second-person
        """,
    ),
)
"""The side of the commissions, where only liaisons enter; whose package it is, is tested with the desk."""
