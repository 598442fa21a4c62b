"""Paper from a letter: Word by the layout letter.docx, PDF by letter.typ, and which Chinese font there is for it."""

import io
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import typst
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.exceptions import TemplateError
from jinja2.sandbox import SandboxedEnvironment

from tracker.documents.letters import Letter
from tracker.errors import Invalid
from tracker.placeholders import refuse_unknown

FOLDER = Path(__file__).parents[2] / "templates" / "documents"
FONT_PACKAGE = "pylopdf_fonts_zh_cn"
FAMILIES = (
    "Noto Serif SC",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Sans SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
)
"""Openly licensed families in the order of preference."""

NO_FONT = (
    "本机没有可用的中文字体，暂不能生成PDF，Word版可以照常下载；请管理员执行 "
    "pip install pylopdf-fonts-zh-cn 或 apt-get install fonts-noto-cjk，重启后再下载PDF即可。"
)

_GAPS = ("12.9", "10.4")
"""Points between lines: 22 lines on a page, or up to 24 where that saves a page."""

CHINESE: dict[str, str] = {
    "organ": "发文机关",
    "number": "发文字号",
    "title": "标题",
    "to": "主送",
    "paragraphs": "正文",
    "rows": "工单表",
    "head": "工单表头",
    "date": "日期",
    "cc": "抄送",
    "columns": "栏宽",
}
"""What a Word layout may use, under its English or its Chinese name; 正文 is a list of paragraphs, 工单表 one of rows."""

NEEDED = ("number", "to", "paragraphs", "date")
"""Without these a paper is no document."""


@dataclass(frozen=True)
class Typeface:
    """A Chinese font family and the fonts it is found among."""

    family: str
    fonts: typst.Fonts


def typeface(*, with_package: bool = True, with_system: bool = True) -> Typeface | None:
    """Return the font that PDF is set in: the package's, else one of this machine's, else None."""
    return _typeface(with_package, with_system)


@cache
def _typeface(with_package: bool, with_system: bool) -> Typeface | None:
    spec = find_spec(FONT_PACKAGE) if with_package else None
    if spec is not None and spec.origin is not None:
        found = _among(typst.Fonts(False, False, [str(Path(spec.origin).parent)]))
        if found is not None:
            return found
    return _among(typst.Fonts(True, False, [])) if with_system else None


def _among(fonts: typst.Fonts) -> Typeface | None:
    families = set(fonts.families())
    family = next((name for name in FAMILIES if name in families), None)
    return Typeface(family, fonts) if family else None


def pdf(letter: Letter, *, made_at: datetime, face: Typeface) -> bytes:
    """Return the letter as PDF; the same letter, moment and font give the same bytes.

    Lines are set a little closer when that saves the last page, so that no page holds the imprint alone (GB/T 9704
    asks for it).
    """
    wide, close = (_Setting(letter, face, gap) for gap in _GAPS)
    best = close if close.n_pages() < wide.n_pages() else wide
    return best.pdf(made_at)


class _Setting:
    """The letter set with one gap between lines."""

    def __init__(self, letter: Letter, face: Typeface, gap: str) -> None:
        told = json.dumps(letter.facts(), ensure_ascii=False)
        self._compiler = typst.Compiler(
            input=str(FOLDER / "letter.typ"),
            root=str(FOLDER),
            font_paths=face.fonts,
            ignore_system_fonts=True,
            sys_inputs={"letter": told, "font": face.family, "gap": gap},
        )

    def n_pages(self) -> int:
        return int(json.loads(self._compiler.query("<pages>", field="value", one=True)))

    def pdf(self, made_at: datetime) -> bytes:
        made = self._compiler.compile(format="pdf", timestamp=int(made_at.timestamp()))
        assert isinstance(made, bytes)
        return made


def refuse_strange(used: Collection[str]) -> None:
    """Raise Invalid naming the first variable of a layout that no letter has."""
    refuse_unknown([name for name in used if name not in CHINESE], list(CHINESE.values()))


def docx(letter: Letter, layout: bytes | None = None) -> bytes:
    """Return the letter as Word. layout: a Word layout in place of ours; raises Invalid naming a variable no letter has."""
    source = io.BytesIO(layout) if layout is not None else FOLDER / "letter.docx"
    try:
        template = DocxTemplate(source)
        refuse_strange(sorted(template.get_undeclared_template_variables()))
        environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
        facts = letter.facts()
        told = facts | {CHINESE[name]: value for name, value in facts.items()}
        template.render(told, environment, autoescape=True)
    except (TemplateError, ValueError, KeyError) as error:
        raise Invalid("Word 模板无法读取，请检查其中的花括号和语句。", code="bad_template") from error
    made = io.BytesIO()
    template.save(made)
    return made.getvalue()
