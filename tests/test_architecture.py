"""The house rules a reviewer would otherwise repeat: what may import what, who may enter, what must be described."""

import ast
import inspect
import os
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import pytest
from flask import Flask

from tracker import app as wiring
from tracker import config, jobs, permissions, web
from tracker.commissions import keys
from tracker.discipline import create_discipline_app
from tracker.rooms import ROOMS
from tracker.tickets.rules import Status

ROOT = Path(__file__).parent.parent
PACKAGES = ("tracker", "workers", "classifiers")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
MAX_CODE_LINES = 300
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}
BLOCKED = [
    "alembic",
    "flask",
    "flask_smorest",
    "marshmallow",
    "psycopg",
    "redis",
    "rq",
    "sqlalchemy",
    "webargs",
    "werkzeug",
]
WITHOUT_FRAMEWORKS = """
import importlib, sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in BLOCKED:
            raise ImportError(f"{name} is not for rules")
sys.meta_path.insert(0, Blocker())
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def code_lines(path: Path) -> int:
    """Lines that hold code: no blank line, comment or docstring."""
    with tokenize.open(path) as file:
        text = file.read()
    held: set[int] = set()
    silent = {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
    for token in tokenize.generate_tokens(iter(text.splitlines(keepends=True)).__next__):
        if token.type not in silent:
            held.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            held.difference_update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(held)


def described_members(enum: type[Enum]) -> set[str]:
    """The members followed by a docstring of their own, or whose text or label says in words what they are."""
    tree = ast.parse(inspect.getsource(enum))
    body = tree.body[0].body  # type: ignore[attr-defined]
    return {
        before.targets[0].id
        for before, after in pairwise(body)
        if isinstance(before, ast.Assign)
        and isinstance(before.targets[0], ast.Name)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
    }


def test_import_contracts_hold() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    ran = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def test_rules_and_classifiers_load_without_any_framework() -> None:
    pure = [module(path) for path in FILES if path.name == "rules.py"]
    pure += [
        module(path)
        for path in FILES
        if path.is_relative_to(ROOT / "classifiers") and path.name != "train.py"
    ]
    assert len(pure) > 20
    script = f"BLOCKED = {BLOCKED!r}\n{WITHOUT_FRAMEWORKS}"
    ran = subprocess.run(
        [sys.executable, "-c", script, *pure], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("job", list(jobs.Job))
def test_every_job_name_leads_to_a_function(job: jobs.Job) -> None:
    path, name = job.value.rsplit(".", 1)
    assert callable(getattr(import_module(path), name))


def apps(settings: config.Settings) -> Iterator[Flask]:
    yield wiring.create_app(settings)
    keys.ensure(settings.home)
    yield create_discipline_app(settings)


def test_every_view_names_a_permission_or_is_public(settings: config.Settings) -> None:
    for app in apps(settings):
        assert not web.unmarked(app)


def test_no_address_is_served_by_two_views(settings: config.Settings) -> None:
    for app in apps(settings):
        seen: dict[tuple[str, str], str] = {}
        for rule in app.url_map.iter_rules():
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                address = (re.sub(r"<[^>]+>", "<>", rule.rule), method)
                assert seen.setdefault(address, rule.endpoint) == rule.endpoint, address


@pytest.mark.parametrize("enum", [Status, permissions.Permission, permissions.Role, jobs.Job])
def test_every_member_is_described(enum: type[Enum]) -> None:
    labels = getattr(import_module(enum.__module__), f"{enum.__name__.upper()}_LABELS", {})
    undescribed = {one.name for one in enum} - described_members(enum) - {one.name for one in labels}
    assert not undescribed


def test_every_setting_is_in_the_readmes() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text("utf-8")
        assert not [variable for variable in config.SETTINGS if variable.upper() not in text], name


@pytest.mark.parametrize("path", [path for path in FILES if path.parent.name != "versions"], ids=short)
def test_files_stay_small_and_say_what_they_are(path: Path) -> None:
    assert code_lines(path) <= MAX_CODE_LINES, "split it by verb"
    assert path.stem not in VAGUE
    assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), "say in a docstring what the file is for"


@pytest.mark.parametrize("path", [path for path in FILES if path.name == "__init__.py"], ids=short)
def test_packages_hold_only_a_docstring(path: Path) -> None:
    body = ast.parse(path.read_text("utf-8")).body
    assert [type(node) for node in body] == [ast.Expr]


def test_every_folder_of_code_is_a_package() -> None:
    assert not [
        short(path)
        for path in FILES
        if not (path.parent / "__init__.py").exists() and "versions" not in path.parts
    ]


def calls(path: Path, name: str) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name
    ]


def test_only_the_unit_of_work_and_the_migrations_commit() -> None:
    committing = {short(path) for path in FILES if calls(path, "commit")}
    assert committing == {"tracker/db.py", "tracker/migrate.py"}
    assert len(calls(ROOT / "tracker" / "db.py", "commit")) == 1


def test_only_the_clock_asks_the_time() -> None:
    asking = {
        short(path)
        for path in FILES
        if re.search(r"\b(datetime\.(now|utcnow|today)|date\.today|time\.time)\(", path.read_text("utf-8"))
    }
    assert asking <= {"tracker/clock.py"}


def test_nothing_is_pickled() -> None:
    assert not [
        short(path)
        for path in FILES
        if re.search(r"^\s*(import|from) (c?pickle|dill|joblib)\b", path.read_text("utf-8"), re.MULTILINE)
    ]


def test_only_the_wiring_reads_the_environment() -> None:
    reading = {
        short(path) for path in FILES if re.search(r"\bos\.(environ|getenv)\b", path.read_text("utf-8"))
    }
    assert reading <= {
        "tracker/config.py",
        "tracker/commands/wiring.py",
        "tracker/up.py",
        "classifiers/words.py",
    }


def test_every_folder_with_tables_is_a_room() -> None:
    assert {path.parent.name for path in FILES if path.name == "models.py"} <= set(ROOMS)


def test_lock_files_hold_hashes_and_no_address() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        assert "--hash=sha256:" in text
        assert not re.search(r"://|--index-url|--find-links", text), path.name


def test_nothing_committed_names_this_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    here = re.escape(str(ROOT)).encode()
    found = []
    for name in filter(None, listed.stdout.split(b"\0")):
        path = ROOT / os.fsdecode(name)
        if path.is_file() and re.search(here + rb"(?![\w-])|/roo[t]/", path.read_bytes()):
            found.append(short(path))
    assert not found
