"""A clue proposed with a film: refused before it leaves when it cannot be taken, with a bar that fills, stopped, handed in."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Product
from tests.browser.test_story import enter
from tests.clues.large import MB, film

pytestmark = pytest.mark.browser


def test_a_film_is_handed_in_before_the_eyes(page: Page, product: Product, tmp_path: Path) -> None:
    clip, empty = tmp_path / "现场.mp4", tmp_path / "空.pdf"
    with clip.open("wb") as out:
        out.writelines(film(8 * MB))
    empty.touch()
    enter(page, product, "chengban1")
    _, listed = product.api("chengban1", "GET", "/api/v1/tickets?limit=1&tab=working")
    page.goto(f"{product.url}/clues/new?ticket={listed['items'][0]['number']}")
    page.fill("[name=person]", "罗某测")
    page.fill("[name=unit]", "天河区某执法队")
    page.fill("[name=facts]", "索要香烟若干，商户有转账记录。")

    page.set_input_files("#evidence", [str(empty), str(clip)])
    page.click("[data-upload] [type=submit]")
    expect(page.locator("[data-problem]")).to_contain_text("“空.pdf”是空文件")

    page.set_input_files("#evidence", str(clip))
    line = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": MB}
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", slow)
    page.click("[data-upload] [type=submit]")
    expect(page.locator("[data-told]")).to_contain_text("已上传")
    page.click("[data-stop]")
    expect(page.locator("[data-problem]")).to_contain_text("已停止上传")

    line.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    page.click("[data-upload] [type=submit]")
    page.wait_for_url(re.compile(r"/clues/%E7"), timeout=60_000)
    expect(page.locator("body")).to_contain_text("现场.mp4")
    expect(page.locator("body")).to_contain_text("8.0 MB")
