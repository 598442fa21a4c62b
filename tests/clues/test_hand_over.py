"""A post-holder changes: the successor reads old and new, the predecessor nothing any more."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from sqlalchemy import select, text

from tests.clues import desks
from tests.clues.desks import Desk, forwarded, set_up
from tests.clues.sides import Sides
from tracker.accounts import secrets
from tracker.commissions import desk, generations, members, passphrases
from tracker.commissions.models import Commission, DeskEntry, KeyCopy, Liaison, MemberKey
from tracker.commissions.rules import OWN_AFFAIRS
from tracker.errors import Unavailable

CODE = "440104"


@pytest.fixture
def first(sides: Sides) -> Desk:
    """The first liaison of a commission, at his browser."""
    return set_up(sides, CODE, "jw.first")[0].settled()


def private_key(sides: Sides, one: Desk) -> PrivateKey:
    """What the liaison's password opens."""
    with sides.desk.unit_of_work() as session:
        liaison = session.scalars(select(Liaison).where(Liaison.name == one.name)).one()
        private = members.unlock(session, liaison, one.password)
    assert private is not None
    return private


def test_the_successor_reads_old_and_new_and_the_predecessor_nothing(sides: Sides, first: Desk) -> None:
    old = forwarded(sides, CODE)
    first.post(f"/clues/{old}/actions/sign")
    assert "王某某" in first.reads(old)
    token, kept = first.token(), private_key(sides, first)
    calling = {"Authorization": f"Bearer {token}"}
    assert (
        sides.desk_client.get(f"/api/v1/clues/{old}", headers=calling).json["register"]["person"] == "王某某"
    )

    successor = first.admits("jw.second", "乙某").settled("凤凰木下有一张旧藤椅")
    assert "王某某" in successor.reads(old)
    before = desks.generation(sides, CODE)
    gone = successor.post(
        f"/commission/members/{successor.number_of('甲某')}/remove", password=successor.password
    )
    assert gone.status_code == 303, gone.text
    assert desks.generation(sides, CODE) == before + 1

    new = forwarded(sides, CODE)
    successor.post(f"/clues/{new}/actions/sign")
    assert "王某某" in successor.reads(old)
    assert "王某某" in successor.reads(new)

    assert first.client.get(f"/clues/{new}").status_code == 302
    assert sides.desk_client.get(f"/api/v1/clues/{new}", headers=calling).status_code == 401
    assert first.enter().status_code == 401
    # and whatever he carried away with the whole database of today opens nothing sealed since
    with sides.desk.unit_of_work() as session:
        newest = session.scalars(select(KeyCopy).where(KeyCopy.generation == before + 1)).all()
        boxes = [one.box for one in newest if one.commission_code == CODE]
        boxes.append(session.get_one(generations.CommissionKey, (CODE, before + 1)).custodian_copy)
    assert len(boxes) == 2
    for box in boxes:
        with pytest.raises(CryptoError):
            SealedBox(kept).decrypt(box)


def test_everything_about_members_and_keys_is_logged(sides: Sides, first: Desk) -> None:
    second = first.admits("jw.second", "乙某").settled()
    second.post("/commission/rotate", password=second.password)
    second.post(f"/commission/members/{second.number_of('甲某')}/remove", password=second.password)
    with sides.desk.unit_of_work() as session:
        mine = (DeskEntry.number == OWN_AFFAIRS, DeskEntry.commission_code == CODE)
        deeds = session.scalars(select(DeskEntry.deed).where(*mine).order_by(DeskEntry.id)).all()
        assert deeds[-7:] == ["set-up", "password", "admit", "password", "rotate", "remove", "rotate"]
        assert desk.broken_links(session) == []
    page = second.client.get("/commission").text
    assert "移除联络员" in page
    assert "甲某（jw.first）" in page


def test_the_first_password_opens_nothing_but_the_page_that_replaces_it(sides: Sides) -> None:
    newcomer, _ = set_up(sides, CODE, "jw.first")
    assert newcomer.enter().location == "/account"
    assert newcomer.client.get("/clues").status_code == 403
    assert newcomer.client.get("/commission").status_code == 403
    assert "首次登录" in newcomer.client.get("/account").text
    refused = newcomer.post(
        "/account/first", new=newcomer.password, again=newcomer.password, secret="A" * 32, code="1"
    )
    assert refused.status_code == 422
    assert "不能与初始密码相同" in refused.text
    assert newcomer.settled().client.get("/clues").status_code == 200


def test_the_first_password_runs_out(sides: Sides) -> None:
    newcomer, _ = set_up(sides, CODE, "jw.first")
    sides.later(days=8)
    refused = newcomer.enter()
    assert refused.status_code == 401
    assert "初始密码已过期" in refused.text


def test_whoever_forgot_the_password_is_let_in_anew_and_reads_as_before(sides: Sides, first: Desk) -> None:
    second = first.admits("jw.second", "乙某").settled()
    old = forwarded(sides, CODE)
    first.post(f"/clues/{old}/actions/sign")
    again = first.admits("jw.second", "乙某")
    assert second.client.get("/clues").status_code == 302
    assert "王某某" in again.settled().reads(old)


def test_a_new_password_keeps_the_key_and_the_tokens(sides: Sides, first: Desk) -> None:
    number, token = forwarded(sides, CODE), first.token()
    first.post(f"/clues/{number}/actions/sign")
    new = "荔枝湾的龙船泊在旧埠头"
    assert first.post("/account/password", old=first.password, new=new, again=new).status_code == 303
    first.password = new
    assert "王某某" in first.reads(number)
    calling = {"Authorization": f"Bearer {token}"}
    assert sides.desk_client.get(f"/api/v1/clues/{number}", headers=calling).status_code == 200
    assert first.enter().status_code == 302
    assert "王某某" in first.reads(number)


@pytest.mark.parametrize("path", ["members", "rotate", "second-person", "members/1/remove"])
def test_a_wrong_password_changes_nothing(sides: Sides, first: Desk, path: str) -> None:
    before = desks.generation(sides, CODE)
    refused = first.post(f"/commission/{path}", name="jw.third", display_name="丙某", password="wrong")
    assert refused.status_code == 422
    assert "密码不正确" in refused.text
    assert desks.generation(sides, CODE) == before
    assert "jw.third" not in first.client.get("/commission").text


def test_whoever_sits_down_at_an_open_screen_cannot_guess_the_password(sides: Sides, first: Desk) -> None:
    doors = (
        ("/commission/rotate", "password"),
        ("/account/tokens", "password"),
        ("/account/password", "old"),
    )
    for at in range(10):
        path, field = doors[at % 3]
        assert first.post(path, **{field: "wrong", "label": "x"}).status_code == 422
    for path, field in doors:
        refused = first.post(path, **{field: first.password, "label": "x"})
        assert refused.status_code == 429
        assert "密码多次输错" in refused.text


def test_refusals_say_why(sides: Sides, first: Desk) -> None:
    def said(path: str, **form: str) -> str:
        return first.post(f"/commission/{path}", password=first.password, **form).text

    assert "登录名由3至40个" in said("members", name="X Y", display_name="丙某")
    assert "姓名应为2至40字" in said("members", name="jw.third", display_name="丙")
    assert "已被其他机关" in said("members", name="jw.tianhe", display_name="丙某")
    assert "不能重新授予自己" in said("members", name="jw.first", display_name="甲某")
    assert "只有一名联络员" in said("second-person")
    assert "没有这名联络员" in said("members/999999/remove")
    with sides.desk.unit_of_work() as session:
        mine = session.scalars(select(Liaison.id).where(Liaison.name == "jw.first")).one()
    assert "不能移除自己" in said(f"members/{mine}/remove")


def test_two_who_change_the_keys_at_once_make_two_generations_in_a_row(sides: Sides, first: Desk) -> None:
    second = first.admits("jw.second", "乙某").settled()
    before = desks.generation(sides, CODE)
    page = {one: desks.token_in(one.client.get("/commission").text) for one in (first, second)}

    def rotate(one: Desk) -> int:
        form = {"csrf_token": page[one], "password": one.password}
        return one.client.post("/commission/rotate", data=form).status_code

    with ThreadPoolExecutor() as threads:
        assert list(threads.map(rotate, page)) == [303, 303]
    assert desks.generation(sides, CODE) == before + 2
    number = forwarded(sides, CODE)
    for one in (first, second):  # the chain is whole for both, or nothing could be signed for
        one.post(f"/clues/{number}/actions/sign")
        assert "王某某" in one.reads(number)


def test_programs_have_no_business_with_members(sides: Sides, first: Desk) -> None:
    calling = {"Authorization": f"Bearer {first.token()}"}
    refused = sides.desk_client.post("/commission/rotate", headers=calling, data={"password": "x"})
    assert refused.status_code == 403


def test_a_token_is_listed_and_revoked(sides: Sides, first: Desk) -> None:
    calling = {"Authorization": f"Bearer {first.token()}"}
    page = first.client.get("/account").text
    assert "收件程序" in page
    number = page.split("/account/tokens/")[1].split("/revoke")[0]
    assert first.post(f"/account/tokens/{number}/revoke").status_code == 303
    assert sides.desk_client.get("/api/v1/clues", headers=calling).status_code == 401
    assert first.post(f"/account/tokens/{number}/revoke").status_code == 404


def test_a_key_slipped_into_the_tables_is_noticed(sides: Sides, first: Desk) -> None:
    """Whoever writes the tables can publish a pair of his own; he cannot sign with the generation before."""
    with sides.desk.unit_of_work() as session:
        commission = session.get_one(Commission, CODE)
        holders = members.holders(session, commission)
        generations.begin(
            session, commission, holders, vouched_by=generations.Pair.fresh(), now=sides.clock()
        )
    number = forwarded(sides, CODE)
    refused = first.post(f"/clues/{number}/actions/sign")
    assert refused.status_code == 302
    assert "数据库可能被改动" in first.client.get(f"/clues/{number}").text


def test_a_copy_that_is_not_of_the_published_key_is_refused(sides: Sides, first: Desk) -> None:
    with sides.desk.unit_of_work() as session:
        row = session.get_one(generations.CommissionKey, (CODE, desks.generation(sides, CODE)))
        private = private_key(sides, first)
        for raw in (generations.Pair.fresh().raw(), b"short"):
            box = generations.seal_to(bytes(private.public_key), raw)
            with pytest.raises(Unavailable, match="指纹"):
                generations.open_copy(row, box, private)


def test_without_a_copy_the_desk_says_what_to_do(sides: Sides, first: Desk) -> None:
    second = first.admits("jw.second", "乙某").settled()
    with sides.owner.begin() as connection:
        connection.execute(
            text(
                "DELETE FROM discipline.key_copy WHERE liaison_id = "
                "(SELECT id FROM discipline.liaison WHERE name = 'jw.second')"
            )
        )
    number = forwarded(sides, CODE)
    second.post(f"/clues/{number}/actions/sign")
    assert "重新授予" in second.client.get(f"/clues/{number}").text
    assert "未持有，须重新授予" in second.client.get("/commission").text


def test_a_password_opens_its_own_wrap_only() -> None:
    private = PrivateKey.generate()
    wrapped = passphrases.wrap(private, "one password")
    assert bytes(passphrases.unwrap(wrapped, "one password") or b"") == bytes(private)
    assert passphrases.unwrap(wrapped, "another password") is None
    assert passphrases.unwrap(None, "one password") is None
    assert passphrases.is_of_today(wrapped)


def test_a_wrap_of_former_cost_is_renewed_at_sign_in(sides: Sides, first: Desk) -> None:
    with sides.desk.unit_of_work() as session:
        liaison = session.scalars(select(Liaison).where(Liaison.name == "jw.first")).one()
        row = session.get_one(MemberKey, liaison.id)
        private = members.unlock(session, liaison, first.password)
        cheap = passphrases.wrap_at(private, first.password, ops=1, mem=8192 * 1024)
        row.salt, row.ops, row.mem, row.wrapped = cheap.salt, cheap.ops, cheap.mem, cheap.box
    assert first.enter().status_code == 302
    with sides.desk.unit_of_work() as session:
        assert session.get_one(MemberKey, liaison.id).mem == passphrases.MEM


def test_the_secret_of_a_cookie_opens_its_own_row_only() -> None:
    private, one, other = PrivateKey.generate(), secrets.new_secret(), secrets.new_secret()
    sealed = passphrases.under_secret(private, one)
    assert bytes(passphrases.from_secret(sealed, one) or b"") == bytes(private)
    assert passphrases.from_secret(sealed, other) is None
    assert passphrases.from_secret(None, one) is None
