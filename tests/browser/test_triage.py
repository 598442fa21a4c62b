"""What the operator sees while typing, and what becomes of a correction."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Product
from tests.browser.test_story import enter, log_complaint

pytestmark = pytest.mark.browser

COMPLAINT = (
    "天河区石牌的市场监管所上周三来我的早餐店，说招牌字号不对，没有任何依据就罚了我两千块，也不给决定书。"
)


def test_typing_brings_category_words_place_office_reason_and_repeats(page: Page, product: Product) -> None:
    number = log_complaint(page, product, COMPLAINT.replace("早餐店", "面包店"))
    page.goto(f"{product.url}/intake")
    page.locator("#content").press_sequentially(COMPLAINT, delay=2)
    first = page.locator("#categories button").first
    expect(first).to_contain_text("%")
    expect(first.locator(".words")).to_contain_text("依据")
    expect(page.locator("#categories button")).to_have_count(3)
    expect(page.locator("#office")).to_have_text(re.compile("司法局|人工研判"))
    expect(page.locator("#because")).not_to_be_empty()
    expect(page.locator("#repeats")).to_contain_text(number[-7:])


def test_correcting_a_category_makes_a_training_row(page: Page, product: Product) -> None:
    number = log_complaint(page, product, COMPLAINT.replace("两千", "三千八"))
    _, ticket = product.api("huawuyuan", "GET", f"/api/v1/tickets/{number}")
    other = "C1" if ticket["category"]["code"] != "C1" else "C2"
    status, told = product.api(
        "shenhe",
        "POST",
        f"/api/v1/tickets/{number}/actions/recategorise",
        {"category": other, "reason": "来电人说的是两个区要求不同。"},
    )
    assert status == 200, told
    enter(page, product, "shenhe")
    row = page.locator("tr", has_text=number)
    for _ in range(40):  # a worker writes it down after the correction is committed
        page.goto(f"{product.url}/admin/models")
        if row.count():
            break
        page.wait_for_timeout(250)
    expect(row.first).to_contain_text(other)


def test_a_second_call_on_the_same_desk_is_a_second_complaint(page: Page, product: Product) -> None:
    """Even when the operator comes back through the menu, not with F2."""
    first = log_complaint(page, product, COMPLAINT)
    page.goto(f"{product.url}/intake")
    expect(page.locator("#content")).to_have_value("")
    page.fill("#content", "白云区交警昨天把我的车拖走，到今天也不说停在哪里，电话没人接。")
    page.locator("#content").press("Control+Enter")
    expect(page.locator("#done-number")).to_have_text(re.compile(r"\d{8} ?\d{7}"))
    expect(page.locator("#done-title")).to_have_text("已受理")
    assert re.sub(r"\D", "", str(page.locator("#done-number").text_content())) != first
