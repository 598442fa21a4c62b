"""The rooms of the system, from the lowest up: what a room uses of another stands below it."""

OF_THE_DISCIPLINE_SIDE = "commissions"
"""The one room whose doors belong to the discipline application alone."""
ROOMS = (
    "audit",
    "offices",
    "accounts",
    "calendar",
    "categories",
    "routing",
    "textmodels",
    "tickets",
    "rulebook",
    "groups",
    "learning",
    "surges",
    "replies",
    "documents",
    "satisfaction",
    "supervision",
    "indicators",
    OF_THE_DISCIPLINE_SIDE,
    "clues",
    "campaigns",
    "imports",
    "notices",
)
