"""The main job in a real browser, against the real processes."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Product

pytestmark = pytest.mark.browser

COMPLAINT = "天河区石牌的城管昨天到我店里检查，没有出示执法证，当场罚了我三千块钱，也不给票据，我要投诉。"


def enter(page: Page, product: Product, account: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{product.url}/login")
    page.fill("#name", product.accounts[account]["account"])
    page.fill("#password", product.accounts[account]["password"])
    page.click("button[type=submit]")
    if "totp_secret" in product.accounts[account]:
        page.wait_for_url(f"{product.url}/login/code")
        page.fill("#code", product.one_time_code(account))
        page.click("main button[type=submit]")
    page.wait_for_url(re.compile(rf"{product.url}/(?!login)"))


def do(page: Page, product: Product, number: str, action: str, **given: str) -> None:
    """Open the action of the ticket, fill its form and send it."""
    page.goto(f"{product.url}/tickets/{number}")
    form = page.locator(f"#act-{action}")
    form.locator("summary").click()
    for name, value in given.items():
        field = form.locator(f"[name={name}]").first
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(value)
        elif field.get_attribute("type") == "radio":
            form.locator(f"[name={name}][value={value}]").check()
        else:
            field.fill(value)
    form.locator("button[type=submit]").click()
    expect(page.locator("body")).to_contain_text("已办妥")


def log_complaint(page: Page, product: Product, text: str) -> str:
    enter(page, product, "huawuyuan")
    page.goto(f"{product.url}/intake")
    page.fill("#phone", "13800138000")
    page.fill("#name", "张三丰")
    page.fill("#content", text)
    expect(page.locator("#office")).to_have_text("广州市天河区司法局", timeout=5000)
    page.locator("#content").press("Control+Enter")
    expect(page.locator("#done-number")).to_have_text(re.compile(r"\d{8} ?\d{7}"))
    return re.sub(r"\D", "", str(page.locator("#done-number").text_content()))


def test_a_complaint_travels_from_the_call_to_its_closing(page: Page, product: Product) -> None:
    number = log_complaint(page, product, COMPLAINT)
    enter(page, product, "chengban1")
    page.goto(f"{product.url}/tickets?tab=sign&q={number}")
    expect(page.locator("table")).to_contain_text(number)
    do(page, product, number, "accept")
    expect(page.locator("body")).not_to_contain_text("13800138000")
    do(
        page,
        product,
        number,
        "reply",
        outcome="rectified",
        public_text="经核查属实，已责令改正并于当日退还罚款三千元。",
    )
    enter(page, product, "shenhe")
    do(page, product, number, "review", approve="true", opinion="同意答复。")
    enter(page, product, "huawuyuan")
    do(page, product, number, "call-back", reached="true", grade="very_satisfied", solved="true")
    expect(page.locator(".status").first).to_contain_text("已办结")
    page.context.clear_cookies()
    page.goto(f"{product.url}/query")
    page.locator("[name=number]").fill(number)
    page.locator("[name=phone_tail]").fill("8000")
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text("办结")
    expect(page.locator("main")).to_contain_text("已责令改正并于当日退还罚款")


def test_a_clue_is_proposed_approved_sent_and_receipted(page: Page, product: Product) -> None:
    status, made = product.api(
        "huawuyuan",
        "POST",
        "/api/v1/tickets",
        {"channel": "12345", "kind": "report", "content": COMPLAINT + "他还收了好处。"},
    )
    assert status == 201
    number = made["number"]
    given = {
        "person": "某队员",
        "unit": "广州市天河区城市管理和综合执法局",
        "post": "队员",
        "rank": "section",
        "facts": "诉求人称其收取好处费两千元后不再处罚，愿意作证。",
    }
    status, clue = product.api("chengban1", "POST", f"/api/v1/tickets/{number}/clues", given)
    assert status == 201, clue
    for account, step in (("chengban2", "co-sign"), ("shenhe", "approve"), ("shenhe", "send")):
        status, told = product.api(
            account, "POST", f"/api/v1/clues/{clue['number']}/actions/{step}", {"opinion": "同意移送。"}
        )
        assert status == 200, told
    liaison = next(
        one
        for one in product.accounts.values()
        if one["role"] == "liaison" and one["office"]["code"] == "440106"
    )
    page.goto(f"{product.discipline_url}/login")
    page.fill("#account", liaison["account"])
    page.fill("#password", liaison["password"])
    page.fill("#code", product.one_time_code(liaison["account"]))
    page.click("button[type=submit]")
    expect(page.locator("main")).to_contain_text(clue["number"])
    page.get_by_role("link", name=clue["number"]).first.click()
    sign = page.locator("form[action*='sign'] button[type=submit]").first
    if not sign.is_visible():
        page.locator("summary", has_text="签收").first.click()
    sign.click()
    expect(page.locator("main")).to_contain_text("已签收")
    _, told = product.api("shenhe", "GET", f"/api/v1/clues/{clue['number']}")
    assert told["receipt"]["holds"] is True, told
    _, listed = product.api("shenhe", "GET", "/api/v1/clues")
    assert given["facts"] not in str(told) + str(listed)


def test_the_same_story_through_the_interface(product: Product) -> None:
    status, made = product.api(
        "huawuyuan",
        "POST",
        "/api/v1/tickets",
        {
            "channel": "12345",
            "kind": "complaint",
            "content": COMPLAINT,
            "complainant": {"phone": "13900139000"},
        },
    )
    assert status == 201
    assert made["office"]["code"] == "440106"
    assert made["because"]
    assert made["due_at"]
    for account, action, given in (
        ("chengban1", "accept", {}),
        ("chengban1", "reply", {"outcome": "explained", "public_text": "已当面说明处罚依据并补开票据。"}),
        ("shenhe", "review", {"approve": True}),
        ("huawuyuan", "call-back", {"reached": True, "grade": "satisfied", "solved": True}),
    ):
        status, told = product.api(
            account, "POST", f"/api/v1/tickets/{made['number']}/actions/{action}", given
        )
        assert status == 200, told
    assert told["status"] == "closed"


def test_every_page_of_every_post_opens(page: Page, product: Product) -> None:
    for account in ("huawuyuan", "chengban1", "shenhe", "caijue", "lingdao", "guanliyuan", "shenji"):
        enter(page, product, account)
        links = page.locator("header a[href^='/']").evaluate_all(
            "all => all.map(one => one.getAttribute('href'))"
        )
        assert links
        for link in dict.fromkeys(links):
            answer = page.goto(product.url + link)
            assert answer is not None
            assert answer.status == 200, (account, link)
            assert page.locator("h1, h2, form, table").count() > 0
