"""Words and pure rules of the office tree: levels, domains, kinds of bodies, paths, what a query asks for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """Level of administration; a field of the node, since 东莞 and 中山 have no county level."""

    PROVINCE = "province"
    """省级"""
    CITY = "city"
    """市级"""
    COUNTY = "county"
    """县级"""
    TOWNSHIP = "township"
    """乡级"""

    @property
    def depth(self) -> int:
        """0 for the province, 3 for the township."""
        return list(Level).index(self)


LEVEL_NAMES: dict[Level, str] = {
    Level.PROVINCE: "省级",
    Level.CITY: "市级",
    Level.COUNTY: "县级",
    Level.TOWNSHIP: "乡级",
}


class Domain(StrEnum):
    """Field of enforcement (领域); the value is the trade's own word and is what is stored and exchanged."""

    MARKET = "市场监管"
    """Market regulation, with food, drugs, quality, prices."""
    ENVIRONMENT = "生态环境"
    """Pollution and nature."""
    TRANSPORT = "交通运输"
    """Roads, haulage, taxis, ports."""
    URBAN = "城市管理"
    """Streets, stalls, unlawful buildings."""
    EMERGENCY = "应急管理"
    """Safety at work."""
    AGRICULTURE = "农业农村"
    """Farming, fisheries, animals."""
    CULTURE = "文化旅游"
    """Culture, tourism, broadcasting, sport."""
    LAND = "自然资源"
    """Land, planning, mining."""
    HOUSING = "住房建设"
    """Building sites and housing."""
    LABOUR = "人力社保"
    """Labour inspection and social insurance."""
    HEALTH = "卫生健康"
    """Hospitals, public health."""
    TAX = "税务"
    """Tax, vertically managed."""
    FIRE = "消防"
    """Fire safety, vertically managed."""
    TRAFFIC_POLICE = "公安交管"
    """Traffic police."""
    WATER = "水利"
    """Rivers, water use, drainage."""
    EDUCATION = "教育"
    """Schools and training."""
    TOWNSHIP = "镇街综合执法"
    """The joint enforcement team of a township."""
    OTHER = "其他"
    """Everything else: governments, police, tobacco, supervision offices."""


class BodyKind(StrEnum):
    """What a body is to the routing floor (who handles a complaint about it)."""

    DEPARTMENT = "department"
    """A department of the government of its division."""
    GOVERNMENT = "government"
    """The government itself."""
    OUTPOST = "outpost"
    """Set up by its superior and counted as that: a branch bureau (superior is a department) or a 派出机关 such
    as a street office or a development zone (superior is a government)."""
    TOWNSHIP_TEAM = "township_team"
    """Joint enforcement team of a township."""
    SUPERVISION = "supervision"
    """A supervision office itself; complaints about it go to the office above."""


@dataclass(frozen=True, slots=True)
class NewBody:
    """A body to be added by hand; see the model for the fields."""

    code: str
    name: str
    division_code: str
    domain: Domain
    kind: BodyKind = BodyKind.DEPARTMENT
    superior_code: str | None = None
    is_vertical: bool = False
    aliases: tuple[str, ...] = ()


def path_codes(path: str) -> tuple[str, ...]:
    """Return the division codes on a path such as "/440000/440100/", top first."""
    return tuple(code for code in path.split("/") if code)


def lowest_common(paths: Iterable[str]) -> str:
    """Return the longest path that all the given paths lie on or below; "/" when they share nothing."""
    split = [path_codes(path) for path in paths]
    shared: list[str] = []
    for codes in zip(*split, strict=False):
        if len(set(codes)) > 1:
            break
        shared.append(codes[0])
    return "/" + "".join(f"{code}/" for code in shared)


def like_literal(text: str) -> str:
    """Return the text with the wildcards of LIKE made harmless (escape character: backslash)."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def scattered(text: str) -> str:
    """Return a LIKE pattern that finds the characters in order: 天河石牌 finds 天河区石牌街道."""
    return "%" + "%".join(like_literal(character) for character in text if not character.isspace()) + "%"


def trade_asked(query: str, aliases: Mapping[str, str]) -> tuple[str | None, str]:
    """Return (letters of a trade or None, the rest of the query) when it holds a short name of a department.

    aliases: short name → letters of the trade, such as 城管 → CG. The longest found wins and is cut out.
    """
    for alias in sorted(aliases, key=len, reverse=True):
        if alias in query:
            return aliases[alias], query.replace(alias, " ", 1).strip()
    return None, query.strip()
