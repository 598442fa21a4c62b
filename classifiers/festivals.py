"""When people mean by 国庆, 春节 and the like: roughly the days around the festival, year by year."""

from datetime import date, timedelta
from typing import Final

_FIXED: Final = {
    "元旦": (1, 1, 3), "妇女节": (3, 8, 1), "清明": (4, 4, 3), "五一": (5, 1, 5), "劳动节": (5, 1, 5), "六一": (6, 1, 1),
    "国庆": (10, 1, 7), "双十一": (11, 11, 1),
}  # fmt: skip
"""Month, day and number of days of those that follow the sun."""

_LUNAR: Final = {
    "春节": ({2019: (2, 5), 2020: (1, 25), 2021: (2, 12), 2022: (2, 1), 2023: (1, 22), 2024: (2, 10), 2025: (1, 29),
            2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3)}, 7),
    "端午": ({2019: (6, 7), 2020: (6, 25), 2021: (6, 14), 2022: (6, 3), 2023: (6, 22), 2024: (6, 10), 2025: (5, 31),
            2026: (6, 19), 2027: (6, 9), 2028: (5, 28), 2029: (6, 16), 2030: (6, 5)}, 3),
    "中秋": ({2019: (9, 13), 2020: (10, 1), 2021: (9, 21), 2022: (9, 10), 2023: (9, 29), 2024: (9, 17), 2025: (10, 6),
            2026: (9, 25), 2027: (9, 15), 2028: (10, 3), 2029: (9, 22), 2030: (9, 12)}, 3),
}  # fmt: skip
"""First day by year and number of days of those that follow the moon. Source: the Chinese calendar."""

_SAME: Final = {"过年": "春节", "大年": "春节", "新年": "元旦"}
NAMES: Final = (*_FIXED, *_LUNAR, *_SAME)


def days(name: str, year: int) -> tuple[date, date]:
    """Return the first and last day of the festival `name` (one of NAMES) in a year; ValueError beyond the table."""
    own = _SAME.get(name, name)
    if own in _FIXED:
        month, day, count = _FIXED[own]
    else:
        by_year, count = _LUNAR[own]
        if year not in by_year:
            raise ValueError(f"{name} {year}")
        month, day = by_year[year]
    first = date(year, month, day)
    return first, first + timedelta(days=count - 1)
