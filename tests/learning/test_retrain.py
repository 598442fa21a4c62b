"""A challenger is trained on corrections, compared on texts nobody trained on, refused when worse, switched to by a person."""

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from classifiers import rows as texts
from classifiers import thresholds
from classifiers import train as training
from classifiers.thresholds import Cost
from tests import factories
from tests.factories import CONTENT, NOW
from tracker.audit.models import AuditEntry
from tracker.db import Database
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.jobs import Job
from tracker.learning import command, present, queries, retrain, rules
from tracker.learning.models import Correction, Retraining
from tracker.learning.rules import Step
from tracker.textmodels import queries as models
from tracker.textmodels import service as textmodels
from tracker.textmodels.models import ModelSwitch, TextModel
from tracker.textmodels.rules import EVERY, State
from tracker.tickets.engine import Engine
from workers.events import follow

LABELS = ("A1", "F2", "G2", "I2")
OWN = texts.own_sentences()
BASE = [one for label in LABELS for one in [one for one in OWN if one.label == label][:40]]
NEW = [one for one in OWN if one.label == "B1"]
"""What the shipped model calls B1, and this office B2: corrections have something to teach."""


def correct(session: Session, given: list[texts.Labelled], label: str, *, frozen: Any = None) -> None:
    """Let the arbiter say of each text that it is about `label`. frozen: which rows to keep for comparing, SQL.

    He stands above the office that took it in, which may not see what is said about itself.
    """
    for one in given:
        ticket = factories.take_in(session, content=one.text)
        factories.act(session, ticket, "arbiter", "recategorise", category=label)
    while follow(session, NOW):
        session.flush()
    if frozen is not None:
        session.execute(update(Correction).values(frozen=frozen))
        session.expire_all()


HALF = Correction.id % 2 == 0
"""More than the one in five kept by the hash, so that a handful of texts decides."""


def train(session: Session, home: Path) -> Retraining:
    """Ask for a training and take its steps; return it done."""
    asked = retrain.ask(session, factories.person(session, "administrator"), now=NOW)
    steps = [asked.step]
    while retrain.advance(session, home, now=NOW, base=BASE):
        steps.append(asked.step)
    assert steps in (
        [Step.WAITING, Step.TRAINING, Step.COMPARING, Step.DONE],
        [Step.WAITING, Step.TRAINING, Step.FAILED],
    )
    return asked


def switch(session: Session, version: str, home: Path, who: str = "administrator") -> TextModel:
    return textmodels.switch(session, factories.person(session, who), version, "成绩更好", home=home, now=NOW)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models: of the sentences the tests begin from, and of these and what people could have corrected."""
    folder = tmp_path_factory.mktemp("trained")
    corrected = [replace(one, label="B2") for one in NEW[:20]]
    for name, data in (("first", BASE), ("good", [*BASE, *corrected])):
        training.train(data, folder / name, training.OWN)
    return folder


def register(session: Session, folder: Path, state: State) -> TextModel:
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    made = {"kind": "challenger", "state": state, "trained_at": NOW, "folder": f"models/{folder.name}"}
    made |= {"thresholds": textmodels.cuts(session, folder), "switched_at": NOW + timedelta(seconds=1)}
    return textmodels.add(session, TextModel(**made, **textmodels.facts(meta)))


@pytest.fixture
def home(session: Session, trained: Path, tmp_path: Path) -> Path:
    """A home with both, the first in use."""
    shutil.copytree(trained, tmp_path / "models")
    shipped = models.in_use(session)
    assert shipped is not None
    shipped.state = State.RETIRED
    session.flush()
    register(session, tmp_path / "models" / "first", State.ACTIVE)
    models.forget(session)
    return tmp_path


@pytest.fixture
def good(session: Session, home: Path) -> TextModel:
    """The second, a candidate."""
    return register(session, home / "models" / "good", State.CANDIDATE)


def test_a_better_challenger_waits_for_a_person(session: Session, home: Path) -> None:
    correct(session, NEW[:30], "B2", frozen=HALF)
    done = train(session, home)
    made, before = textmodels.find(session, done.version or ""), models.in_use(session)
    assert before is not None
    assert (made.state, before.state, made.because) == (State.CANDIDATE, State.ACTIVE, done.because)
    assert made.compared["with"] == before.version
    assert made.compared["n_fixed"] >= made.compared["n_broken"]
    assert made.compared["labels"].keys() >= set(LABELS)
    assert set(made.thresholds) == {*LABELS, "B2"}
    assert len(thresholds.read(home / made.folder)) >= made.compared["n"] > made.compared["n_base"]
    assert {one.name for one in (home / "models").iterdir()} == {made.version, "first", "good"}
    again = train(session, home)
    assert (again.step, again.version) == (Step.FAILED, None)
    assert "没有新的更正" in again.because


def test_what_is_kept_for_comparing_is_never_trained_on(session: Session) -> None:
    correct(session, NEW[:20], "B2")
    found = retrain.gather(session, BASE, queries.extent(session)[0])
    assert found.frozen
    assert found.corrections
    learned = {one.text for one in (*found.base, *found.corrections)}
    assert not learned & {one.text for one in found.frozen}
    assert retrain.gather(session, BASE, queries.extent(session)[0]) == found


def test_a_worse_challenger_is_refused_and_cannot_be_used(session: Session, home: Path) -> None:
    for label, wrong in zip(LABELS, LABELS[1:] + LABELS[:1], strict=True):
        correct(session, [one for one in OWN if one.label == label][40:65], wrong, frozen=False)
    done = train(session, home)
    made = textmodels.find(session, done.version or "")
    assert made.state == State.REFUSED
    assert made.because == done.because
    assert "改错" in made.because or "降" in made.because or "增到" in made.because
    with pytest.raises(Conflict, match="不能启用"):
        switch(session, made.version, home)


def test_a_switch_is_seen_by_engines_already_running(
    session: Session, tmp_path: Path, good: TextModel
) -> None:
    running, other = Engine(tmp_path), Engine(tmp_path)
    shipped = running.serving(session).triage.model_version
    assert other.serving(session).triage.model_version == shipped
    switch(session, good.version, tmp_path)
    for engine in (running, other):
        serving = engine.serving(session)
        assert (serving.triage.model_version, serving.fault) == (good.version, None)
        assert serving.thresholds == good.thresholds
        assert serving.triage.suggest("", CONTENT, NOW).suggestion.model_version == good.version
        assert serving.triage.suggest("", "广州市天河区", NOW).places
    switch(session, shipped, tmp_path)
    assert running.serving(session).triage.model_version == shipped
    states = {one.version: one.state for one in models.every(session)}
    assert (states[shipped], states[good.version]) == (State.ACTIVE, State.RETIRED)
    told = session.scalars(select(ModelSwitch).order_by(ModelSwitch.id)).all()
    assert [one.to_version for one in told][1:] == [good.version, shipped]
    assert told[-1].by_name == "林伟"
    assert session.scalar(select(func.count()).where(AuditEntry.action == "switch_model")) == 2


def test_a_process_without_a_connection_loads_what_another_needed(
    session: Session, tmp_path: Path, good: TextModel
) -> None:
    first, other = Engine(tmp_path), Engine(tmp_path)
    other.preload()
    switch(session, good.version, tmp_path)
    assert first.serving(session).triage.model_version == good.version
    other.preload()
    (tmp_path / good.folder / "meta.json").unlink()
    assert other.serving(session).triage.model_version == good.version


def test_the_command_takes_the_steps_and_tells(session: Session, database: Database, home: Path) -> None:
    correct(session, NEW[:30], "B2", frozen=HALF)
    told = command.run(database, home, BASE)
    assert told["state"] == State.CANDIDATE
    assert told["model"]["compared"]["n"] >= rules.LEAST_COMPARED
    assert models.by_version(session, told["model"]["version"]) is not None


def test_a_model_that_cannot_be_loaded_gives_way_to_the_one_before(
    session: Session, tmp_path: Path, good: TextModel
) -> None:
    engine = Engine(tmp_path)
    shipped = engine.serving(session).triage.model_version
    switch(session, good.version, tmp_path)
    (tmp_path / good.folder / "meta.json").write_text("{}", encoding="utf-8")
    serving = engine.serving(session)
    assert serving.triage.model_version == shipped
    assert serving.fault is not None
    assert good.version in serving.fault
    assert serving.triage.suggest("", CONTENT, NOW).suggestion.label


def test_a_broken_model_is_not_switched_to(session: Session, tmp_path: Path, good: TextModel) -> None:
    (tmp_path / good.folder / "meta.json").unlink()
    with pytest.raises(Conflict, match="不能启用"):
        switch(session, good.version, tmp_path)
    assert models.in_use(session) is not good


def test_who_may_not_switch_does_not(session: Session, tmp_path: Path, good: TextModel) -> None:
    with pytest.raises(NotAllowed):
        switch(session, good.version, tmp_path, "reviewer")
    with pytest.raises(NotFound):
        switch(session, "no-such-model", tmp_path)
    with pytest.raises(Conflict, match="已经在用"):
        switch(session, models.in_use(session).version, tmp_path)  # type: ignore[union-attr]  # seeded


def test_without_corrections_nothing_is_trained(session: Session, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="还没有人工更正"):
        train(session, tmp_path)
    assert retrain.advance(session, tmp_path, now=NOW) == 0


def test_one_training_at_a_time(session: Session) -> None:
    correct(session, NEW[:1], "B2")
    boss = factories.person(session, "administrator")
    retrain.ask(session, boss, now=NOW)
    assert Job.RETRAIN in session.info["bells"]
    with pytest.raises(Conflict, match="正在进行"):
        retrain.ask(session, boss, now=NOW)
    with pytest.raises(NotAllowed):
        retrain.ask(session, factories.person(session, "operator"), now=NOW)


def test_a_full_disk_ends_the_training_with_a_sentence(session: Session, tmp_path: Path) -> None:
    correct(session, NEW[:1], "B2")
    (tmp_path / "models").write_text("a file where the folder should be", encoding="utf-8")
    done = train(session, tmp_path)
    assert (done.step, done.finished_at) == (Step.FAILED, NOW)
    assert "磁盘" in done.because or "空间" in done.because


def test_a_training_that_never_ends_is_given_up(session: Session, tmp_path: Path) -> None:
    correct(session, NEW[:1], "B2")
    asked = retrain.ask(session, factories.person(session, "administrator"), now=NOW)
    retrain.advance(session, tmp_path, now=NOW, base=BASE)
    retrain.advance(session, tmp_path, now=NOW + factories.DAY, base=BASE)
    assert (asked.step, "用时过长" in asked.because) == (Step.FAILED, True)


def test_costs_move_the_thresholds_of_all_models(session: Session, tmp_path: Path, good: TextModel) -> None:
    boss = factories.person(session, "administrator")
    before = dict(good.thresholds)
    cheap = {EVERY: Cost(0.1, 1)}
    assert textmodels.set_costs(session, boss, cheap, home=tmp_path, now=NOW) >= 1
    assert all(good.thresholds[label] <= cut for label, cut in before.items())
    textmodels.set_costs(session, boss, {EVERY: Cost(), "A1": Cost(1, 1)}, home=tmp_path, now=NOW)
    assert good.thresholds["A1"] <= before["A1"]
    textmodels.set_costs(session, boss, {"A1": None}, home=tmp_path, now=NOW)
    assert good.thresholds == before
    with pytest.raises(Invalid):
        textmodels.set_costs(session, boss, {EVERY: None}, home=tmp_path, now=NOW)


def test_a_threshold_sends_to_a_person_or_spares_one(session: Session) -> None:
    ticket = factories.take_in(session)
    assert ticket.status == "dispatched"
    shipped = models.in_use(session)
    assert shipped is not None
    shipped.thresholds = dict.fromkeys(shipped.scores["per_class"], 1.0)
    session.flush()
    models.forget(session)
    cautious = factories.take_in(session)
    assert (cautious.status, "把握不足" in (cautious.because or "")) == ("manual", True)


def test_seeding_again_changes_nothing(session: Session) -> None:
    textmodels.seed(session, now=NOW)
    assert session.scalar(select(func.count()).select_from(TextModel)) == 1
    assert session.scalar(select(func.count()).select_from(ModelSwitch)) == 1


def test_a_new_program_brings_its_model_into_use_unless_one_was_trained_here(session: Session) -> None:
    old = models.in_use(session)
    assert old is not None
    current, old.version = old.version, "of an older program"
    textmodels.seed(session, now=NOW)
    assert (old.state, models.in_use(session).version) == (State.RETIRED, current)  # type: ignore[union-attr]


def test_a_new_program_leaves_a_model_trained_here_in_use(session: Session, home: Path) -> None:
    here = models.in_use(session)
    shipped = next(one for one in models.every(session) if one.kind == "shipped")
    current, shipped.version = shipped.version, "of an older program"
    session.flush()
    textmodels.seed(session, now=NOW)
    assert models.in_use(session) is here
    assert textmodels.find(session, current).state == State.CANDIDATE


def test_answers_count_only_for_the_sentences_they_were_given_to(home: Path) -> None:
    first = home / "models" / "first"
    judged = retrain.on_shipped_sentences(BASE, [home, first], first)
    assert [one.true for one in judged] == [one.label for one in BASE]
    assert retrain.on_shipped_sentences(OWN, [first], first) == []
    assert retrain.on_shipped_sentences(BASE[1:], [first], first) == []


def test_a_model_of_other_sentences_is_stood_for_by_one_of_these(session: Session, tmp_path: Path) -> None:
    correct(session, NEW[:2], "B2")
    done = train(session, tmp_path)
    made = textmodels.find(session, done.version or "")
    assert made.compared["n_base"] == len(BASE)
    assert {one.name for one in (tmp_path / "models").iterdir()} == {made.version}


def test_a_shipped_model_of_an_older_program_cannot_come_back(session: Session, tmp_path: Path) -> None:
    old = models.in_use(session)
    assert old is not None
    old.version = "of an older program"
    textmodels.seed(session, now=NOW)
    assert not present.model(old)["may_switch"]
    with pytest.raises(Conflict, match="随程序升级"):
        switch(session, old.version, tmp_path)
