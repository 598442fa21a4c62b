"""Many tickets at once in a real browser: a template, a preview of each, the look-over, and second thoughts."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Product
from tests.browser.test_story import enter

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

COMPLAINT = "天河区石牌的城管对同样的招牌执法标准前后不一致，我家被罚，隔壁没有罚，我要投诉。"
ANSWER = (
    "您{{受理日期}}反映的问题（工单{{工单编号}}）收悉。经当日现场核查并比对同类案件，裁量符合基准，特此说明。"
)


def handled(product: Product) -> str:
    """Return the number of a complaint that an officer of 天河 has signed for."""
    given = {"channel": "12345", "kind": "complaint", "content": COMPLAINT, "category_code": "C1"}
    status, made = product.api("huawuyuan", "POST", "/api/v1/tickets", given)
    assert status == 201, made
    number = str(made["number"])
    status, told = product.api("chengban1", "POST", f"/api/v1/tickets/{number}/actions/accept", {})
    assert status == 200, told
    return number


def test_one_text_answers_many_and_is_taken_back(page: Page, product: Product) -> None:
    numbers = [handled(product), handled(product)]
    enter(page, product, "chengban1")
    page.goto(f"{product.url}/tickets?tab=working&sort=-received")
    for number in numbers:
        page.locator(f"[name=number][value='{number}']").check()
    expect(page.locator(".bulk")).to_contain_text("2 件已选")
    page.locator("button[name=action][value=reply]").click()
    page.locator("#reply-template").select_option(index=1)
    expect(page.locator("[name=public_text]")).to_have_value(re.compile("【查明事实】"))
    page.locator("[name=outcome][value=explained]").check()
    page.locator("[name=public_text]").fill(ANSWER)
    page.get_by_role("button", name="预览每件的答复").click()
    for number in numbers:
        expect(page.locator("table")).to_contain_text(f"工单{number}）收悉")
    page.locator("button[name=confirmed]").click()
    expect(page.locator(".page-head")).to_contain_text("已办 2 件")
    page.get_by_role("link", name="回到列表").click()
    page.get_by_role("button", name="撤销").click()
    expect(page.locator(".page-head")).to_contain_text("已撤销 2 件")
    status, told = product.api("chengban1", "GET", f"/api/v1/tickets/{numbers[0]}")
    assert (status, told["status"], told["last_event"]) == (200, "in_progress", "undo-reply")


def test_a_reply_is_looked_over_while_it_is_written(page: Page, product: Product) -> None:
    number = handled(product)
    enter(page, product, "chengban1")
    page.goto(f"{product.url}/tickets/{number}")
    form = page.locator("#act-reply")
    form.locator("summary").click()
    expect(form.locator("[name=acknowledged]")).to_be_hidden()
    form.locator("[name=outcome][value=rectified]").check()
    form.locator("[name=public_text]").fill("经核查情况属实，已责令该队改正，并对有关人员批评教育。")
    expect(form.locator("[data-findings]")).to_contain_text("没有写明整改完成的日期")
    form.locator("[name=acknowledged]").check()
    form.locator("button[type=submit]").click()
    expect(page.locator("body")).to_contain_text("已办妥")
    enter(page, product, "shenhe")
    page.goto(f"{product.url}/tickets/{number}")
    expect(page.locator("#replies")).to_contain_text("系统提醒，承办人未改")
