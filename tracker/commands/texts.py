"""triage, train, evaluate, predict, retrain: what reads a text, tried and measured from the command line."""

import dataclasses
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from tracker import clock
from tracker.commands import wiring
from tracker.errors import Invalid


@click.command()
@click.argument("text")
@click.option("--title", default="", help="标题。Title.")
@click.option("--office", "office_code", default="440000", help="受理单位代码。Code of the receiving office.")
def triage(text: str, title: str, office_code: str) -> None:
    """研判一段文字，只输出建议，不写入。Suggest category, places, office and signs for a text; writes nothing."""
    from tracker.offices import service as offices
    from tracker.tickets import receive, triage

    title, content = receive.as_kept(title, text)
    with wiring.unit_of_work() as session:
        home = offices.office(session, office_code)
        proposal = triage.propose(session, title=title, text=content, now=clock.now(), home=home)
        found = {**dataclasses.asdict(proposal.text), "routing": dataclasses.asdict(proposal.decision)}
        office = proposal.office
        found["office"] = {"code": office.code, "name": office.name} if office else None
        found["why"] = proposal.doubt or proposal.decision.because
    wiring.say(found)


@click.command()
@click.option("--data", type=wiring.FILE, required=True, help="csv 或 xlsx。")
@click.option("--text", required=True, help="正文列。Column of the text.")
@click.option("--title", default="", help="标题列。Column of the title.")
@click.option("--label", required=True, help="标签列，没有标签的行留空。Column of the label.")
@click.option(
    "--lexicon",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="词表 csv（leaf,phrase,weight），标签少时用。Phrases that speak for labels.",
)
@click.option("--out", type=wiring.FOLDER, required=True, help="模型目录。Folder of the model.")
def train(data: Path, text: str, title: str, label: str, lexicon: Path | None, out: Path) -> None:
    """用带标签的表格训练分类模型，输出交叉验证成绩。Train on a labelled table; print cross-validated scores."""
    from classifiers import train

    trained_on = clock.local_date(clock.now()).isoformat()
    with _refusals():
        wiring.say(
            train.train_file(
                data, out, text=text, title=title, label=label, lexicon=lexicon, trained_on=trained_on
            )
        )


@click.command()
@click.option("--model", type=wiring.FOLDER, required=True, help="模型目录。Folder of the model.")
@click.option("--data", type=wiring.FILE, required=True, help="csv 或 xlsx。")
@click.option("--text", required=True, help="正文列。Column of the text.")
@click.option("--title", default="", help="标题列。Column of the title.")
@click.option("--label", required=True, help="标签列。Column of the label.")
def evaluate(model: Path, data: Path, text: str, title: str, label: str) -> None:
    """在带标签的表格上评测模型。Measure a model on a labelled table."""
    from classifiers.evaluate import evaluate_file

    with _refusals():
        wiring.say(evaluate_file(model, data, text=text, title=title, label=label))


@click.command()
@click.option("--model", type=wiring.FOLDER, required=True, help="模型目录。Folder of the model.")
@click.option("--data", type=wiring.FILE, required=True, help="csv 或 xlsx。")
@click.option("--text", required=True, help="正文列。Column of the text.")
@click.option("--title", default="", help="标题列。Column of the title.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="输出 csv。")
def predict(model: Path, data: Path, text: str, title: str, out: Path) -> None:
    """给表格每一行写出标签、把握和前三名。Label every row of a table."""
    from classifiers.predict import predict_file

    with _refusals():
        n = predict_file(model, data, out, text=text, title=title)
    click.echo(f"已写出 {n} 行到 {out}。")


@click.command()
def retrain() -> None:
    """用人工校正再训练，与在用模型比较；不如在用的不予采用（退出码 1），启用由人决定。Train a challenger; print how it compares."""
    from tracker.learning import command

    with wiring.settings() as settings, wiring.database(settings) as database:
        told = command.run(database, settings.home)
    wiring.say(told)
    sys.exit(0 if told["state"] == "candidate" else 1)


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what the classifiers refuse into a refusal of ours."""
    from classifiers.category import ModelError
    from classifiers.rows import DataError

    try:
        yield
    except DataError as error:
        raise Invalid(str(error), code="unusable_table") from error
    except ModelError as error:
        raise Invalid(str(error), code="unusable_model") from error


COMMANDS = (triage, train, evaluate, predict, retrain)
