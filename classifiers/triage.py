"""Everything the system can tell from a complaint's own text, in one pass."""

import copy
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from classifiers.aspects import Aspects, find_aspects
from classifiers.bodies import Bodies, BodyMention
from classifiers.category import DEFAULT_MODEL, Classifier, Suggestion
from classifiers.clean import clean
from classifiers.clue_signs import ClueSign, find_signs, with_hint
from classifiers.hints import Hints
from classifiers.identifiers import Identifiers, find_identifiers
from classifiers.places import DivisionRow, Place, Places
from classifiers.redirects import NotForUs, not_for_us

LEAST_CHINESE: Final = 5
"""Chinese characters below which nothing is a complaint yet [P]."""
_CHINESE: Final = re.compile("[\u4e00-\u9fff]")
_LATIN: Final = re.compile("[A-Za-z]")
_DAMAGED: Final = re.compile("[\ufffd锟斤拷烫屯]")
SECONDARY_FLOOR: Final = 0.2
"""A leaf this probable beside the main one is kept as a second accusation."""


@dataclass(frozen=True, slots=True)
class TriageResult:
    """What the text says; `dataclasses.asdict` of it goes into JSON as it is.

    suggestion: the main leaf category with confidence in 0–1, the three best and the deciding words.
    secondary: further leaves that the text also accuses of, best first.
    places, bodies: in order of appearance; spans count characters of the cleaned text (title, line break, content).
    aspects: kind of request, type of act, party and domain, each None where the text does not tell.
    clue_signs: hints of corruption; a person decides, always.
    readable: enough of the text is Chinese for its category to mean something.
    not_for_us: set when the text is likely no matter of enforcement supervision, with the right channel.
    """

    suggestion: Suggestion
    secondary: tuple[str, ...]
    places: tuple[Place, ...]
    bodies: tuple[BodyMention, ...]
    identifiers: Identifiers
    aspects: Aspects
    clue_signs: tuple[ClueSign, ...]
    readable: bool
    not_for_us: NotForUs | None


class Triage:
    """The classifier, the places and the bodies, loaded once and used for every text."""

    def __init__(
        self, model_dir: Path | None, division_rows: Iterable[DivisionRow], *, home_code: str = ""
    ) -> None:
        """Load the model (`None`: the one shipped) and index the divisions.

        division_rows: (code, name, level, parent code or None), level one of province, city, county, township.
        home_code: the division the system is run for; its places are understood by their short names.
        Raises ModelError when the model cannot be used.
        """
        self._classifier = Classifier.load(model_dir or DEFAULT_MODEL)
        self._places = Places(division_rows, home_code)
        self._bodies = Bodies()
        self._hints = Hints()

    def with_model(self, model_dir: Path) -> "Triage":
        """Return one that classifies by another model and shares places and bodies with this one; raises ModelError."""
        other = copy.copy(self)
        other._classifier = Classifier.load(model_dir)
        return other

    @property
    def model_version(self) -> str:
        """The version of the loaded model."""
        return self._classifier.version

    def suggest(self, title: str, text: str, now: datetime) -> TriageResult:
        """Return what the complaint says.

        now: aware; the moment the complaint was received, against which 昨天 and 上周 are read.
        """
        head, body = clean(title), clean(text)
        whole = f"{head}\n{body}" if head else body
        reading = self._classifier.read(head, body)
        suggestion = self._classifier.judge(reading)
        hint = self._hints.share(head, body, reading, self._classifier)
        places = self._places.find(whole)
        bodies = self._bodies.find(whole, places)
        return TriageResult(
            suggestion=suggestion,
            secondary=tuple(
                label for label, share in suggestion.top3[1:] if share >= SECONDARY_FLOOR and label[0] != "J"
            ),
            places=places,
            bodies=bodies,
            identifiers=find_identifiers(whole, now),
            aspects=find_aspects(whole, bodies),
            clue_signs=with_hint(find_signs(whole), hint, [label for label, _ in suggestion.top3]),
            readable=_is_readable(whole),
            not_for_us=not_for_us(suggestion),
        )


def _is_readable(text: str) -> bool:
    """Return whether a text is Chinese enough: neither a word or two, nor mostly another language or damage."""
    n, n_latin = len(_CHINESE.findall(text)), len(_LATIN.findall(text))
    return n >= LEAST_CHINESE and n >= n_latin and 5 * len(_DAMAGED.findall(text)) < n
