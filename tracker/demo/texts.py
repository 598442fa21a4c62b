"""What the demo's complainants say: the project's own example sentences, set in real places."""

import csv
from dataclasses import dataclass
from importlib import resources
from random import Random

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗梁"
GIVEN = (
    "建国",
    "丽华",
    "志强",
    "秀英",
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "磊",
    "洋",
    "艳",
    "勇",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "霞",
    "平",
)

CITY_IN_DEPTH = (
    ("广州市天河区石牌街道", 14),
    ("广州市天河区棠下街道", 8),
    ("广州市天河区车陂街道", 6),
    ("广州市天河区", 16),
    ("广州市越秀区", 8),
    ("广州市海珠区", 6),
    ("广州市白云区", 8),
    ("广州市番禺区", 6),
    ("广州市", 6),
)
ELSEWHERE = (
    ("深圳市宝安区", 3),
    ("深圳市龙岗区", 3),
    ("佛山市南海区", 3),
    ("佛山市顺德区", 2),
    ("东莞市虎门镇", 3),
    ("东莞市长安镇", 2),
    ("中山市小榄镇", 2),
    ("珠海市香洲区", 2),
    ("惠州市惠城区", 2),
    ("江门市蓬江区", 1),
    ("汕头市龙湖区", 1),
    ("湛江市赤坎区", 1),
    ("梅州市梅江区", 1),
    ("韶关市浈江区", 1),
    ("广东省", 2),
)


@dataclass(frozen=True)
class Complaint:
    """One complaint to be taken in. phone is invented: the mobile range 199 0000 is not in use."""

    title: str
    content: str
    place: str
    kind: str
    channel: str
    name: str
    phone: str
    anonymous: bool
    hide_identity: bool
    urgent: bool


def sentences() -> list[tuple[str, str]]:
    """Return (leaf, text) of every example sentence of the project."""
    found: list[tuple[str, str]] = []
    folder = resources.files("classifiers") / "data" / "sentences"
    for letter in "ABCDEFGHIJ":
        with (folder / f"{letter}.csv").open(encoding="utf-8") as file:
            found.extend((row["leaf"], row["text"]) for row in csv.DictReader(file))
    return found


def _pick(random: Random, weighted: tuple[tuple[str, int], ...]) -> str:
    return random.choices([one for one, _ in weighted], [weight for _, weight in weighted])[0]


KINDS = (("complaint", 70), ("report", 16), ("help", 8), ("enquiry", 4), ("suggestion", 2))
CHANNELS = (("12345", 62), ("12345-web", 12), ("12345-mini", 14), ("12345-push", 6), ("enterprise-rating", 6))


def _kind(leaf: str, random: Random) -> str:
    fixed = {"J1": "enquiry", "J8": "suggestion", "H1": "report", "H2": "report", "H3": "report"}
    return fixed.get(leaf) or _pick(random, KINDS[:3])


def complaints(count: int, random: Random) -> list[Complaint]:
    """Return so many different complaints, about matters of enforcement mostly, in places of Guangdong."""
    pool = sentences()
    random.shuffle(pool)
    ours = [one for one in pool if one[0][0] != "J"]
    others = [one for one in pool if one[0][0] == "J"]
    chosen = ours[: count - count // 10] + others[: count // 10]
    random.shuffle(chosen)
    return [_complaint(leaf, text, index, random) for index, (leaf, text) in enumerate(chosen)]


def _complaint(leaf: str, text: str, index: int, random: Random) -> Complaint:
    place = _pick(random, CITY_IN_DEPTH if random.random() < 0.75 else ELSEWHERE)
    named = any(word in text for word in ("广州", "深圳", "佛山", "东莞", "中山", "珠海", "惠州", "省"))
    content = text if named else f"我是{place}的。{text}"
    head = text.split("。", 1)[0].strip('“”"')[:28]
    return Complaint(
        title=head,
        content=content,
        place=place,
        kind=_kind(leaf, random),
        channel=_pick(random, CHANNELS),
        name=random.choice(SURNAMES) + random.choice(GIVEN),
        phone=f"1990000{index % 180:04d}",
        anonymous=random.random() < 0.08,
        hide_identity=random.random() < 0.15,
        urgent=random.random() < 0.03,
    )
