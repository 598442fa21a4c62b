"""What stands in clear beside the sealed files of a backup: enough to choose and to check, nothing about what is inside."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tracker.backup.container import chunks
from tracker.errors import Invalid

FORMAT = 1
NAME = "manifest.json"
SUPERVISION, DISCIPLINE = "supervision", "discipline"
SIDES = (SUPERVISION, DISCIPLINE)
SIDE_WORDS = {SUPERVISION: "监督端", DISCIPLINE: "纪检端"}


@dataclass(frozen=True)
class Part:
    """One sealed file. key: 8 hex digits of the id of the key it is under."""

    side: str
    file: str
    size: int
    sha256: str
    key: str


@dataclass(frozen=True)
class Manifest:
    """One backup. revision: of the tables. postgresql: major version of the server. Times in ISO 8601, UTC."""

    revision: str
    postgresql: int
    begun_at: str
    finished_at: str
    parts: tuple[Part, ...]
    format: int = FORMAT

    @property
    def facts(self) -> dict[str, Any]:
        """Return what stands inside each part as well, so that nobody changes it from outside."""
        return {
            "format": self.format,
            "revision": self.revision,
            "postgresql": self.postgresql,
            "begun_at": self.begun_at,
        }

    def write(self, folder: Path) -> None:
        """Write it last, whole or not at all: a backup without it is none."""
        draft = folder / f"{NAME}.draft"
        draft.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", "utf-8")
        draft.replace(folder / NAME)


def read(folder: Path) -> Manifest:
    """Return the manifest of a backup; raises Invalid when there is none, or when a newer version wrote it."""
    try:
        told = json.loads((folder / NAME).read_text("utf-8"))
        made_by = int(told["format"])
    except FileNotFoundError:
        raise Invalid(
            f"{folder} 里没有 {NAME}，不是完整的备份（备份可能中途停止）。", code="no_backup"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Invalid(f"{folder / NAME} 读不懂，备份已损坏。", code="backup_broken") from error
    if made_by > FORMAT:
        raise Invalid(
            f"这份备份的格式（{made_by}）比本程序认识的（{FORMAT}）新，请用做备份时的版本或更新的版本恢复。",
            code="backup_too_new",
        )
    try:
        parts = tuple(Part(**one) for one in told.pop("parts"))
        return Manifest(**told, parts=parts)
    except (KeyError, TypeError) as error:
        raise Invalid(f"{folder / NAME} 读不懂，备份已损坏。", code="backup_broken") from error


def require_whole(folder: Path, part: Part) -> None:
    """Raise Invalid when the sealed file is missing, or another one than the manifest says."""
    path, sum_ = folder / Path(part.file).name, hashlib.sha256()
    words = SIDE_WORDS.get(part.side, part.side)
    try:
        with path.open("rb") as file:
            for chunk in chunks(file):
                sum_.update(chunk)
        size = path.stat().st_size
    except OSError as error:
        raise Invalid(f"{words}部分的文件 {part.file} 不在或读不了。", code="backup_broken") from error
    if size != part.size or sum_.hexdigest() != part.sha256:
        raise Invalid(
            f"{words}部分的文件 {part.file} 被改动或被截断（SHA-256 不符），没有恢复任何内容。",
            code="backup_broken",
        )
