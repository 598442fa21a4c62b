"""Every office and body there ought to be, worked out from the divisions and two small tables of names. Pure."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from tracker.offices.rules import BodyKind, Domain, Level

DATA: Final = Path(__file__).parent / "data"
_ZONE: Final = re.compile(r"区|产业|工业|科技园|物流|生态园|园区|东莞港|松山湖|银湖湾|科创")
_WASTE: Final = re.compile(r"(场|监狱|所|水库|矿|矿区|保护区)$")
_PEOPLE: Final = re.compile(
    "壮族|瑶族|畲族|回族|满族|蒙古族|藏族|苗族|侗族|彝族|土家族|布依族|朝鲜族|黎族|傣族|白族|哈尼族|仡佬族|水族|"
    "羌族|土族|东乡族|保安族|撒拉族|仫佬族|毛南族|哈萨克族?|达斡尔族|拉祜族|佤族|纳西族|傈僳族|独龙族|怒族|普米族|"
    "各族|鄂温克族|鄂伦春|锡伯|塔吉克|裕固族|布朗族|景颇族|阿昌族|维吾尔"
)


@dataclass(frozen=True, slots=True)
class Place:
    """One division with what its names are made of.

    sort: province, city, prefecture (地区, 盟), district (区 of a city), county, direct (county of a province), street,
    town, zone (has an administrative committee only) or waste (nothing sits there). place: the name written out.
    names: those of the divisions from the province down to this one.
    """

    code: str
    name: str
    level: Level
    parent_code: str | None
    is_special: bool
    path: str
    full_name: str
    place: str
    sort: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """How one trade's body is named in one sort of place; `superior` names another trade to look up to."""

    trade: str
    kind: BodyKind
    name: str
    superior: str


@dataclass(frozen=True, slots=True)
class Trade:
    """A line of work that has a body of its own; `aliases` are the short names people use for it."""

    letters: str
    domain: Domain
    is_vertical: bool
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One body to be: names and codes only, so that it can be compared with what is stored."""

    code: str
    name: str
    place: Place
    domain: Domain
    kind: BodyKind
    is_vertical: bool
    superior_code: str | None


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@cache
def trades() -> Mapping[str, Trade]:
    """Return the trades by their two letters, in the order of the table."""
    return {
        row["trade"]: Trade(
            row["trade"], Domain(row["domain"]), row["is_vertical"] == "1", tuple(row["aliases"].split())
        )
        for row in _rows("aliases.csv")
    }


@cache
def aliases() -> Mapping[str, str]:
    """Return short name → letters of the trade."""
    return {alias: trade.letters for trade in trades().values() for alias in trade.aliases}


@cache
def _patterns() -> Mapping[tuple[str, str], tuple[tuple[str, Pattern], ...]]:
    """Return (sort, trade) → patterns with their scope, the longest scope first."""
    found: dict[tuple[str, str], list[tuple[str, Pattern]]] = {}
    for row in _rows("bodies.csv"):
        pattern = Pattern(row["trade"], BodyKind(row["kind"]), row["name"], row["superior"])
        found.setdefault((row["sort"], row["trade"]), []).append((row["scope"], pattern))
    return {key: tuple(sorted(lines, key=lambda line: -len(line[0]))) for key, lines in found.items()}


def short_name(name: str) -> str:
    """Return a division's name as branch offices use it: 天河区 → 天河, 乳源瑶族自治县 → 乳源, 城区 stays."""
    for ending in ("自治县", "自治旗", "街道", "区", "县", "市", "镇", "乡"):
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            bare = name.removesuffix(ending)
            return (_PEOPLE.split(bare)[0] or bare) if ending.startswith("自治") else bare
    return name


@cache
def _shared_short_names() -> frozenset[tuple[str | None, str]]:
    """Return (parent, short name) of neighbours that would share one, such as 临夏市 and 临夏县."""
    times = Counter((place.parent_code, short_name(place.name)) for place in places().values())
    return frozenset(key for key, n_times in times.items() if n_times > 1)


def _distinct_short_name(place: Place) -> str:
    short = short_name(place.name)
    return place.name if (place.parent_code, short) in _shared_short_names() else short


def _committee(name: str) -> str:
    return "" if name.endswith(("委会", "委员会", "管理处")) else "管理委员会"


def _sort(name: str, level: Level, parent: Place | None, *, is_special: bool) -> str:
    if is_special:
        is_zone = _ZONE.search(name) or (level is Level.COUNTY and name[-1] in "城会")
        return "zone" if is_zone and not _WASTE.search(name) else "waste"
    if level is Level.CITY:
        return "prefecture" if name.endswith(("地区", "盟")) else "city"
    if level is Level.COUNTY and parent is not None:
        if parent.level is Level.PROVINCE:
            return "direct"
        return "district" if name.endswith("区") else "county"
    if level is Level.TOWNSHIP:
        return "street" if name.endswith("街道") else "town"
    return "province"


def _zone_written_out(name: str, parent: Place) -> str:
    """Return the zone's name, with its surroundings before it unless it already begins with one of them."""
    around = [short_name(part) for part in parent.names]
    return name if name.startswith((parent.full_name[:2], *around)) else parent.place + name


def _written_out(name: str, level: Level, parent: Place | None, *, is_special: bool) -> str:
    """Return the name with as much before it as common usage puts there."""
    if parent is None or level is Level.CITY:
        return name
    if is_special:
        return _zone_written_out(name, parent)
    if level is Level.COUNTY:
        belongs = name.endswith("区") and parent.name.endswith("市")
        return parent.place + name if belongs else name
    return parent.place + name


@cache
def places() -> Mapping[str, Place]:
    """Return every division by code, parents before children."""
    found: dict[str, Place] = {}
    for row in _rows("divisions.csv"):
        name, level, special = row["name"], Level(row["level"]), row["special"] == "1"
        parent = found[row["parent_code"]] if row["parent_code"] else None
        found[row["code"]] = Place(
            code=row["code"],
            name=name,
            level=level,
            parent_code=row["parent_code"] or None,
            is_special=special,
            path=f"{parent.path if parent else '/'}{row['code']}/",
            full_name=f"{parent.full_name if parent else ''}{name}",
            place=_written_out(name, level, parent, is_special=special),
            sort=_sort(name, level, parent, is_special=special),
            names=(*parent.names, name) if parent else (name,),
        )
    return found


def within(prefix: str) -> list[Place]:
    """Return the divisions below a code prefix ("" for all, "4401" for 广州) with their ancestors, top first."""
    known = places()
    wanted = {place.code for place in known.values() if place.code.startswith(prefix)}
    for code in tuple(wanted):
        wanted.update(part for part in known[code].path.split("/") if part)
    return [place for code, place in known.items() if code in wanted]


_SORT_FALLBACK: Final = {"prefecture": "city", "direct": "county"}


def _pattern(place: Place, trade: str) -> Pattern | None:
    sort: str | None = place.sort
    while sort:
        for scope, pattern in _patterns().get((sort, trade), ()):
            if place.code.startswith(scope):
                return pattern
        sort = _SORT_FALLBACK.get(sort)
    return None


def _superior(place: Place, pattern: Pattern, known: Mapping[str, Entry]) -> Entry | None:
    """Return the nearest body above of the same trade, or of the trade the pattern names (from here upwards)."""
    for code in reversed(place.path.strip("/").split("/")):
        for trade in (pattern.trade, pattern.superior):
            entry = known.get(f"{code}-{trade}")
            if entry is not None:
                return entry
    return None


def entries(divisions: list[Place]) -> list[Entry]:
    """Return the bodies of the divisions, superiors before those who answer to them.

    divisions: as from `within`, top first; a body looks for its superior among the bodies of these.
    """
    known: dict[str, Entry] = {}
    for place in divisions:
        for trade in trades().values():
            pattern = _pattern(place, trade.letters)
            if pattern is None:
                continue
            superior = _superior(place, pattern, known)
            name = pattern.name.format(
                place=place.place,
                name=place.name,
                short=_distinct_short_name(place),
                committee=_committee(place.name),
                superior=superior.name if superior else "",
            )
            code = f"{place.code}-{trade.letters}"
            known[code] = Entry(
                code,
                name,
                place,
                trade.domain,
                pattern.kind,
                trade.is_vertical,
                superior.code if superior else None,
            )
    return list(known.values())
