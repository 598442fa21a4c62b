"""What is searched for stands in no address: neither a name nor a telephone, on the page or at the JSON door."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests import factories
from tests.factories import PHONE


def find(by, **form) -> str:
    answer = by("operator").post("/tickets/find", data=form)
    assert answer.status_code == 303
    return answer.headers["Location"]


@pytest.mark.parametrize("words", ["张小明", PHONE, "138-0013-8000", "一个月查了六次", "100%"])
def test_the_address_tells_nothing(by, words):
    address = find(by, q=words, tab="all", category="")
    assert set(parse_qs(urlsplit(address).query)) == {"tab", "sought"}
    assert words not in address
    assert address != find(by, q=words, tab="all"), "the same words would be told by the same address"


def test_the_list_is_searched_and_the_words_stay_in_the_field(session, by):
    found = factories.take_in(session, title="检查次数太多", complainant=factories.caller())
    other = factories.take_in(session, title="收费没有依据", content="收费没有出具票据，说不出依据。")
    page = by("operator").get(find(by, q="检查次数", tab="all")).text
    assert found.number in page
    assert other.number not in page
    assert 'value="检查次数"' in page
    assert "清除条件" in page


def test_a_telephone_finds_who_called_from_it(session, by):
    found = factories.take_in(session, complainant=factories.caller())
    other = factories.take_in(session, complainant=factories.caller(phone="13900139000"))
    for written in (PHONE, "138 0013 8000", "+86 13800138000"):
        page = by("operator").get(find(by, q=written, tab="all")).text
        assert found.number in page, written
        assert other.number not in page


def test_export_and_bulk_follow_the_sealed_words(session, by):
    factories.take_in(session, title="检查次数太多")
    address = find(by, q="检查次数", tab="all")
    assert by("operator").get(address.replace("/tickets?", "/tickets/export?")).status_code == 200
    page = by("operator").get(address).text
    assert f"/tickets/export{address.removeprefix('/tickets')}".replace("&", "&amp;") in page


@pytest.mark.parametrize("token", ["x", "%00", "AAAA" * 40, "é", "A" * 5000])
def test_a_token_nobody_gave_out_is_refused(by, token):
    assert by("operator").get("/tickets", query_string={"tab": "all", "sought": token}).status_code == 422


def test_the_json_door_takes_it_in_the_body_and_refuses_it_in_the_address(session, by):
    found = factories.take_in(session, complainant=factories.caller())
    asked = by("operator").post("/api/v1/tickets/search", {"caller": PHONE, "tab": "all", "limit": 5})
    assert [one["number"] for one in asked.get_json()["items"]] == [found.number]
    for query in (f"caller={PHONE}", f"q={PHONE}", "q=440106199001011234", "q=找138 0013 8000"):
        refused = by("operator").get(f"/api/v1/tickets?{query}")
        assert (refused.status_code, refused.get_json()["code"]) == (422, "not_in_an_address")
        assert PHONE not in refused.text
    assert by("operator").get("/api/v1/tickets?q=检查&tab=all").status_code == 200
    assert by("operator").get(f"/api/v1/tickets?q={found.number}&tab=all").status_code == 200


def test_the_desk_opens_with_a_number_that_no_server_sees(by):
    assert PHONE not in by("operator").get(f"/intake?caller={PHONE}").text
