"""The leader's board, the supervision board, documents and their layouts, as people click through them."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Product
from tests.browser.test_story import COMPLAINT, do, enter

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def in_hand(product: Product) -> str:
    """Return a ticket that the county works on."""
    given = {"channel": "12345", "kind": "complaint", "content": COMPLAINT}
    status, made = product.api("huawuyuan", "POST", "/api/v1/tickets", given)
    assert status == 201, made
    status, told = product.api("chengban1", "POST", f"/api/v1/tickets/{made['number']}/actions/accept", {})
    assert status == 200, told
    return str(made["number"])


def behind(page: Page, link: Any) -> None:
    """Click a figure and find exactly so many tickets behind it."""
    n = int(re.sub(r"\D", "", str(link.text_content())))
    link.click()
    expect(page.locator("h1")).to_contain_text(f"：{n} 件")
    expect(page.locator("tr[data-number]")).to_have_count(min(n, 50))
    page.go_back()


def test_the_leader_clicks_figures_down_to_their_tickets(page: Page, product: Product) -> None:
    enter(page, product, "lingdao")
    page.goto(f"{product.url}/indicators")
    behind(page, page.locator(".tile a.tile-value").first)
    behind(page, page.locator(".heat tbody a").first)
    behind(page, page.locator(".red strong a").first)
    behind(page, page.locator("table.dense td.num a").first)
    why = page.locator(".tile .why").nth(2)
    why.locator("summary").click()
    expect(why.locator("p")).to_be_visible()
    expect(why.locator("p")).to_contain_text("÷")
    for made_as in ("Word", "Excel"):
        with page.expect_download() as taken:
            page.get_by_role("link", name=f"上月通报 {made_as}").click()
        assert taken.value.suggested_filename.endswith({"Word": ".docx", "Excel": ".xlsx"}[made_as])


def test_a_document_goes_from_the_board_to_paper(page: Page, product: Product) -> None:
    number = in_hand(product)
    enter(page, product, "caijue")
    do(page, product, number, "supervise", reason="群众反映强烈")
    page.goto(f"{product.url}/supervision?tab=supervised")
    page.locator(f"input[name=ticket][value='{number}']").check()
    page.get_by_role("button", name="定类").click()
    expect(page.locator("body")).to_contain_text("已为 1 件工单定类")
    page.locator(f"input[name=ticket][value='{number}']").check()
    page.select_option("#kind", "urging")
    page.get_by_role("button", name="下一步").click()
    page.fill("[name=facts]", "派单后没有实质进展，未联系诉求人。")
    page.fill("[name=demand]", "请抓紧核查并书面报告。")
    page.get_by_role("button", name="制发并编号").click()
    expect(page.locator("h1")).to_contain_text(re.compile(r"执监督〔\d{4}〕\d+号"))
    address = page.url
    for made_as in ("pdf", "docx"):
        first, again = (page.request.get(f"{address}/files/{made_as}") for _ in range(2))
        assert first.status == 200
        assert first.body() == again.body()
    enter(page, product, "chengban1")
    page.goto(address)
    page.locator("#step-sign button[type=submit]").click()
    expect(page.locator("body")).to_contain_text("已签收")
    page.goto(f"{product.url}/documents")
    expect(page.locator("table")).to_contain_text("督办函")


def test_a_leaders_instruction_is_followed_until_it_is_answered(page: Page, product: Product) -> None:
    number = in_hand(product)
    enter(page, product, "lingdao")
    do(page, product, number, "instruct", text="请查清事实，依法处理。", days="3")
    page.goto(f"{product.url}/supervision?tab=instructed")
    expect(page.locator("table").first).to_contain_text("请查清事实")
    enter(page, product, "chengban1")
    page.goto(f"{product.url}/tickets/{number}")
    page.locator("#supervision textarea").fill("已到现场核实并答复诉求人。")
    page.locator("#supervision form button[type=submit]").last.click()
    expect(page.locator("#supervision")).to_contain_text("已到现场核实并答复诉求人。")
    enter(page, product, "lingdao")
    page.goto(f"{product.url}/supervision?tab=instructed")
    expect(page.locator("main")).not_to_contain_text(number)


def test_an_administrator_brings_a_word_layout_and_takes_it_back(page: Page, product: Product) -> None:
    enter(page, product, "guanliyuan")
    page.goto(f"{product.url}/admin/documents/layouts")
    sample = page.request.get(f"{product.url}/admin/documents/layouts/builtin.docx").body()
    wrong = {"name": "坏的.docx", "mimeType": "application/octet-stream", "buffer": b"not a Word file"}
    page.set_input_files("#file", files=[wrong])  # type: ignore[list-item]  # the documented shape
    page.get_by_role("button", name="检查并收下").click()
    expect(page.locator("[role=alert]")).to_contain_text("不是 Word 文件")
    page.set_input_files("#file", files=[{**wrong, "name": "本市.docx", "buffer": sample}])  # type: ignore[list-item]
    page.get_by_role("button", name="检查并收下").click()
    row = page.locator("tr", has_text="本市.docx").first
    row.get_by_role("button", name="启用").click()
    expect(row).to_contain_text("使用中")
    row.get_by_role("button", name="停用").click()
    expect(row).to_contain_text("未使用")


def test_the_rule_editor_says_where_a_text_goes_and_what_a_change_moves(page: Page, product: Product) -> None:
    enter(page, product, "guanliyuan")
    page.goto(f"{product.url}/admin/routing/test")
    page.fill("[name=text]", COMPLAINT)
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text("广州市天河区司法局")
    page.goto(f"{product.url}/admin/routing/rules/department")
    page.select_option("[name=target]", "superior")
    page.locator("button[name=deed][value=try]").click()
    expect(page.locator("main")).to_contain_text(re.compile(r"\d+ 件"))
