"""Files of many pieces: handed in as a form, sealed, sent, signed for, downloaded; and everything that may break on the way."""

import io

import pytest
from sqlalchemy import func, select, text

from tests import factories
from tests.clues.large import MB, Form, film, sha256_of
from tests.clues.sides import CLUE, PDF, Sides
from tests.replies.scanners import VIRUS, clamd
from tracker.clues import kinds, propose
from tracker.clues.evidence import Upload
from tracker.clues.models import Clue, ClueEvidence, CluePiece
from tracker.clues.spool import Spool
from tracker.commissions import pieces
from tracker.commissions.models import Package, PackageEvidence, PackagePiece
from tracker.commissions.rules import digest
from tracker.errors import Invalid, Unavailable
from tracker.replies.scanning import CARRIED, Clamd
from tracker.transfers import AT_ONCE

SIZE = 3 * MB + 12_345
FILES = {"现场.mp4": (SIZE, 1), "补充.mp4": (2 * MB, 2)}
TYPED = {name: value for name, value in CLUE.items() if name != "evidence"}


def hand_in(sides: Sides, files=FILES, who=None, fields=TYPED, length=None, form=None):
    """Propose with the form, unread until the application reads it."""
    form = form or Form(fields, files)
    told = {
        "wsgi.input": form,
        "CONTENT_LENGTH": str(length or form.length),
        "CONTENT_TYPE": form.content_type,
    }
    return sides.office_client.post(
        f"/api/v1/tickets/{sides.ticket()}/clues",
        headers=who or factories.headers("officer"),
        environ_overrides=told,
    )


def on_its_way(sides: Sides) -> str:
    """Return the number of a clue with the large files, approved."""
    made = hand_in(sides)
    assert made.status_code == 201, made.text
    number = made.json["number"]
    assert sides.step("officer2", number, "co-sign").status_code == 200
    assert sides.step("reviewer", number, "approve", opinion="同意").status_code == 200
    return number


def arrived(sides: Sides) -> str:
    number = on_its_way(sides)
    assert sides.step("reviewer", number, "send").status_code == 200
    return number


def signed(sides: Sides) -> str:
    number = arrived(sides)
    answer = sides.liaison().act(number, "sign")
    assert answer.status_code == 200, answer.text
    return number


def kept_pieces(sides: Sides, number: str) -> int:
    with sides.office.unit_of_work() as session:
        return session.scalar(
            select(func.count())
            .select_from(CluePiece)
            .join(ClueEvidence, ClueEvidence.id == CluePiece.evidence_id)
            .join(Clue, Clue.id == ClueEvidence.clue_id)
            .where(Clue.number == number)
        )


def by_owner(sides: Sides, statement: str, **values) -> int:
    with sides.owner.begin() as connection:
        return connection.execute(text(statement), values).rowcount


CHANGE = (
    "UPDATE discipline.package_piece SET content = set_byte(content, 100, 255 - get_byte(content, 100)) "
    "WHERE number = :number AND n = 1 AND i = :i"
)


def test_large_files_travel_whole(sides: Sides) -> None:
    number = on_its_way(sides)
    draft = sides.office_client.get(f"/clues/{number}/evidence/2", headers=factories.headers("officer2"))
    assert (draft.content_length, draft.content_type) == (2 * MB, "video/mp4")
    assert sha256_of(iter([draft.data])) == sha256_of(film(2 * MB, 2))
    assert kept_pieces(sides, number) == 4 + 2
    assert sides.step("reviewer", number, "send").status_code == 200

    liaison = sides.liaison()
    with sides.desk.unit_of_work() as session:
        sizes = session.scalars(
            select(PackageEvidence.n_bytes)
            .where(PackageEvidence.number == number)
            .order_by(PackageEvidence.n)
        ).all()
        assert sizes == [SIZE, 2 * MB]
    assert liaison.act(number, "sign").status_code == 200
    listed = liaison.get(f"/api/v1/clues/{number}").json["evidence"]
    assert [one["name"] for one in listed] == list(FILES)
    for one, (size, seed) in zip(listed, FILES.values(), strict=True):
        answer = liaison.get(f"/api/v1/clues/{number}/evidence/{one['n']}")
        assert answer.content_length == size == one["size"]
        assert sha256_of(iter([answer.data])) == (size, one["sha256"]) == sha256_of(film(size, seed))
        assert answer.headers["X-Content-SHA256"] == one["sha256"]
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("way", ["send", "withdraw", "refuse"])
def test_no_piece_of_a_draft_stays(sides: Sides, way: str) -> None:
    number = hand_in(sides).json["number"]
    sides.step("officer2", number, "co-sign")
    if way == "send":
        sides.step("reviewer", number, "approve")
    assert kept_pieces(sides, number) == 6
    assert sides.step("reviewer", number, way, opinion="材料齐全").status_code == 200
    assert kept_pieces(sides, number) == 0
    answer = sides.office_client.get(f"/clues/{number}/evidence/1", headers=factories.headers("officer"))
    assert answer.status_code == 404


def test_what_lies_in_pieces_is_sealed_anew_when_it_leaves(sides: Sides) -> None:
    number = on_its_way(sides)
    beginnings = "SELECT substr(content, 1, 64) FROM {} ORDER BY 1"
    with sides.owner.connect() as connection:
        before = set(connection.execute(text(beginnings.format("clue_piece"))).scalars())
    sides.step("reviewer", number, "send")
    with sides.owner.connect() as connection:
        after = set(connection.execute(text(beginnings.format("discipline.package_piece"))).scalars())
    assert before
    assert not before & after
    assert not [one for one in before | after if b"ftyp" in one]


@pytest.mark.parametrize("i", [0, 1, 3])
def test_a_changed_piece_is_not_signed_for(sides: Sides, i: int) -> None:
    number = arrived(sides)
    assert by_owner(sides, CHANGE, number=number, i=i) == 1
    assert sides.liaison().act(number, "sign").json["code"] == "digest_mismatch"


def test_a_piece_that_is_gone_is_not_signed_for(sides: Sides) -> None:
    number = arrived(sides)
    gone = "DELETE FROM discipline.package_piece WHERE number = :number AND n = 1 AND i = 3"
    assert by_owner(sides, gone, number=number) == 1
    assert sides.liaison().act(number, "sign").json["code"] == "digest_mismatch"


def test_files_that_are_not_those_of_the_list_are_not_signed_for(sides: Sides) -> None:
    """The digest speaks of what was sealed; the list inside the package of what it must open to."""
    number = arrived(sides)
    other = arrived(sides)
    swap = (
        "UPDATE discipline.package_piece p SET content = o.content FROM discipline.package_piece o "
        "WHERE p.number = :number AND o.number = :other AND p.n = o.n AND p.i = o.i"
    )
    assert by_owner(sides, swap, number=number, other=other) == 6
    counted = "UPDATE discipline.package SET digest = :digest WHERE number = :number"
    with sides.desk.unit_of_work() as session:
        package = session.get_one(Package, (number, "440106"))
        row = session.execute(
            select(Package.ciphertext, Package.envelope).where(Package.number == number)
        ).one()
        fitting = digest(row.ciphertext, row.envelope, pieces.digests(session, package))
    assert by_owner(sides, counted, number=number, digest=fitting) == 1
    assert sides.liaison().act(number, "sign").json["code"] == "evidence_changed"


def test_a_file_changed_after_the_signature_is_not_handed_out(sides: Sides) -> None:
    number = signed(sides)
    by_owner(sides, CHANGE, number=number, i=0)
    answer = sides.liaison().get(f"/api/v1/clues/{number}/evidence/1")
    assert (answer.status_code, answer.json["code"]) == (503, "evidence_broken")
    assert sides.liaison().get(f"/api/v1/clues/{number}/evidence/2").status_code == 200


@pytest.mark.parametrize(
    "spoil", [CHANGE, "DELETE FROM discipline.package_piece WHERE number = :number AND n = 1 AND i = :i"]
)
@pytest.mark.parametrize("i", [2, 3])
def test_a_download_that_breaks_never_looks_whole(sides: Sides, spoil: str, i: int) -> None:
    number = signed(sides)
    by_owner(sides, spoil, number=number, i=i)
    token = sides.liaisons["jw.tianhe"]["token"]
    answer = sides.desk_client.get(
        f"/api/v1/clues/{number}/evidence/1", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.content_length == SIZE
    came: list[int] = []
    with pytest.raises(ConnectionResetError):
        came.extend(len(piece) for piece in answer.response)
    assert 0 < sum(came) <= i * MB < SIZE


def test_a_draft_that_is_damaged_does_not_leave(sides: Sides) -> None:
    number = on_its_way(sides)
    spoil = (
        "UPDATE clue_piece SET content = set_byte(content, 100, 255 - get_byte(content, 100)) WHERE i = 3 AND "
        "evidence_id IN (SELECT e.id FROM clue_evidence e JOIN clue c ON c.id = e.clue_id WHERE c.number = :number)"
    )
    assert by_owner(sides, spoil, number=number) == 1
    answer = sides.step("reviewer", number, "send")
    assert (answer.status_code, answer.json["code"]) == (503, "evidence_broken")
    assert sides.by("officer").get(f"/api/v1/clues/{number}").json["stage"] == "approved"
    with sides.owner.connect() as connection:
        left = connection.execute(
            select(func.count()).select_from(PackagePiece).where(PackagePiece.number == number)
        )
        assert left.scalar() == 0


def test_forwarding_carries_the_pieces_over(sides: Sides) -> None:
    number, city = signed(sides), sides.liaison("jw.guangzhou")
    sides.later(hours=1)
    answer = sides.liaison().act(number, "forward", commission="440100", reason="属市管干部")
    assert answer.status_code == 200, answer.text
    assert city.act(number, "sign").status_code == 200
    got = city.get(f"/api/v1/clues/{number}/evidence/1").data
    assert sha256_of(iter([got])) == sha256_of(film(SIZE, 1))
    assert sides.liaison().get(f"/api/v1/clues/{number}/evidence/1").json["code"] == "passed_on"


def test_nobody_sends_much_before_it_is_known_who_he_is(sides: Sides) -> None:
    form = Form(TYPED, {"a.mp4": (100 * MB, 1)})
    for who in ({"Authorization": "Bearer trk_nobody"}, {"Cookie": "tracker=x"}, factories.headers("leader")):
        answer = hand_in(sides, who=who, form=form)
        assert answer.status_code in {401, 403}, answer.text
    assert form.n_read == 0


def test_a_line_that_breaks_leaves_nothing(sides: Sides) -> None:
    with sides.office.unit_of_work() as session:
        before = session.scalar(select(func.count()).select_from(CluePiece))
    whole = Form(TYPED, FILES).readall()
    headers = {**factories.headers("officer"), "Content-Type": Form(TYPED, FILES).content_type}
    for cut in (len(whole) - 3, len(whole) - 3 * MB, 300):
        for terminated in (True, False):
            answer = sides.office_client.post(
                f"/api/v1/tickets/{sides.ticket()}/clues",
                input_stream=io.BytesIO(whole[:cut]),
                content_length=len(whole),
                headers=headers,
                environ_overrides={"wsgi.input_terminated": True} if terminated else {},
            )
            assert (answer.status_code, answer.json["code"]) == (422, "broken_off"), answer.text
    with sides.office.unit_of_work() as session:
        assert session.scalar(select(func.count()).select_from(CluePiece)) == before


def test_what_is_too_much_is_refused_unread(sides: Sides) -> None:
    answer = hand_in(sides, {"a.mp4": (MB, 1)}, length=kinds.MAX_BODY + 1)
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")
    body = b'{"person": "' + b"a" * kinds.MAX_JSON + b'"}'
    answer = sides.office_client.post(
        f"/api/v1/tickets/{sides.ticket()}/clues",
        data=body,
        headers={**factories.headers("officer"), "Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


def test_only_so_many_large_bodies_at_once(sides: Sides) -> None:
    slots = sides.office_client.application.extensions["large_bodies"]
    for _ in range(AT_ONCE):
        assert slots.acquire(blocking=False)
    try:
        answer = hand_in(sides, {"a.mp4": (MB, 1)})
        assert (answer.status_code, answer.json["code"]) == (503, "busy")
        assert sides.by("officer").get("/api/v1/clues").status_code == 200
    finally:
        for _ in range(AT_ONCE):
            slots.release()
    for _ in range(AT_ONCE + 1):
        assert hand_in(sides, {"a.mp4": (MB, 1)}).status_code == 201


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "空.pdf", "是空文件"),
        (b"MZ\0\1", "程序.exe", "格式不支持"),
        (b"MZ\0\1", "假.pdf", "格式不支持"),
        (b"words", "转账.pdf", "扩展名表示PDF，内容却是文本"),
    ],
)
def test_a_file_that_cannot_be_taken_is_told_on_the_page(sides: Sides, content, name, words) -> None:
    with sides.owner.connect() as connection:
        before = connection.scalar(text("SELECT count(*) FROM clue_evidence"))
    answer = sides.office_client.post(
        f"/clues/new?ticket={sides.ticket()}",
        data={**TYPED, "evidence": [(io.BytesIO(PDF), "好.pdf"), (io.BytesIO(content), name)]},
        headers=factories.headers("officer"),
    )
    assert answer.status_code == 422
    assert words in answer.text
    assert "执法队副队长" in answer.text
    with sides.owner.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM clue_evidence")) == before


def test_a_form_at_the_json_door_is_told_which_field(sides: Sides) -> None:
    answer = hand_in(sides, {"a.mp4": (1000, 1)}, fields={"person": "王某某"})
    assert answer.status_code == 422
    assert answer.json["fields"]["facts"]


def test_a_virus_is_found_in_a_file_of_many_pieces(sides: Sides, tmp_path) -> None:
    number = sides.ticket()
    given = {**TYPED, "amount_fen": None}

    def attempt(url: str, *parts: bytes) -> Clue:
        with sides.office.unit_of_work() as session, Spool(tmp_path) as spool:
            session.info[CARRIED] = Clamd(url)
            for part in parts:
                spool.write(part)
            spool.seek(0)
            officer = factories.person(session, "officer")
            return propose.propose(
                session, officer, number, given, [Upload("a.txt", spool)], now=sides.clock()
            )

    with clamd() as daemon:
        with pytest.raises(Invalid, match="病毒"):
            attempt(daemon.url, b"a" * (2 * MB), VIRUS)
        assert daemon.heard == [b"a" * (2 * MB) + VIRUS]
        daemon.answer = ""
        with pytest.raises(Unavailable, match="杀毒服务"):
            attempt(daemon.url, b"words")
        daemon.answer = None
        kept = attempt(daemon.url, b"words")
        assert kept.number
    draft = sides.office_client.get(f"/clues/{kept.number}", headers=factories.headers("officer"))
    assert "已杀毒扫描" in draft.text
