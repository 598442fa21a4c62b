"""Texts with variables in braces such as {{工单编号}}: which they use, whether they may, and the text with them replaced.

Nothing in such a text is executed: a variable is a name in a table, and what stands for it is put in as it is.
"""

import re
from collections.abc import Collection, Mapping

from tracker.errors import Invalid

_ANY = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


def names(text: str) -> tuple[str, ...]:
    """Return the variables a text uses, each once, in order."""
    return tuple(dict.fromkeys(one.strip() for one in _ANY.findall(text)))


def refuse_unknown(used: Collection[str], known: Collection[str]) -> None:
    """Raise Invalid naming the first variable that is not known, and those that are."""
    for name in used:
        if name not in known:
            raise Invalid(
                f"模板中有系统不认识的变量“{name}”，请改正后再用；可用的变量：{'、'.join(known)}。",
                code="unknown_variable",
                fields={"text": [f"不认识的变量：{name}。"]},
            )


def check(text: str, known: Collection[str], *, longest: int) -> None:
    """Raise Invalid when the text is empty, too long, uses an unknown variable or holds braces without their match."""
    if not text or len(text) > longest:
        raise Invalid(f"模板应有1至{longest}字。", code="bad_template", fields={"text": ["长度不合要求。"]})
    refuse_unknown(names(text), known)
    rest = _ANY.sub("", text)
    if "{{" in rest or "}}" in rest:
        raise Invalid(
            f"模板中的花括号没有成对，变量应写作 {{{{{next(iter(known))}}}}}。",
            code="bad_template",
            fields={"text": ["花括号没有成对。"]},
        )


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with every variable replaced; braces inside values stay as they were typed.

    Raises KeyError for a variable without value, which `check` has refused before.
    """
    return _ANY.sub(lambda found: values[found.group(1).strip()], text)
