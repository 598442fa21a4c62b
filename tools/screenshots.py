"""Take the pictures of the documentation from a running demonstration.

Start `make demo` first. Usage: .venv/bin/python tools/screenshots.py var/demo-accounts.json docs/screenshots
Needs Chromium (tools/install-browser.sh).
"""

import json
import shutil
import sys
from pathlib import Path

import pyotp
from playwright.sync_api import Page, sync_playwright

URL, DISCIPLINE = "http://127.0.0.1:8000", "http://127.0.0.1:8001"
TEXT = "天河区石牌的城管昨天到我店里检查，没有出示执法证，当场罚了我三千块钱，也不给票据。"


def enter(page: Page, account: dict[str, str]) -> None:
    """Sign in on the supervision side."""
    page.context.clear_cookies()
    page.goto(f"{URL}/login")
    page.fill("#name", account["account"])
    page.fill("#password", account["password"])
    page.click("button[type=submit]")
    page.wait_for_load_state()
    if account.get("totp_secret"):
        page.fill("#code", pyotp.TOTP(account["totp_secret"]).now())
        page.click("main button[type=submit]")
        page.wait_for_load_state()


def shoot(page: Page, folder: Path, name: str, address: str = "") -> None:
    """Go to the address, if any, and keep what the window shows."""
    if address:
        page.goto(address)
    page.wait_for_timeout(700)
    page.screenshot(path=folder / f"{name}.png")
    print(folder / f"{name}.png")


def main(accounts_file: Path, folder: Path) -> None:
    """Write the pictures into the folder."""
    accounts = {one["account"]: one for one in json.loads(accounts_file.read_text())}
    folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        enter(page, accounts["huawuyuan"])
        page.goto(f"{URL}/intake")
        page.fill("#content", TEXT)
        page.wait_for_timeout(1500)
        shoot(page, folder, "intake")
        shoot(page, folder, "callbacks", f"{URL}/callbacks")
        enter(page, accounts["chengban1"])
        shoot(page, folder, "queue", f"{URL}/tickets?tab=working")
        page.locator("table a[href^='/tickets/2']").first.click()
        shoot(page, folder, "ticket")
        enter(page, accounts["caijue"])
        shoot(page, folder, "returns", f"{URL}/returns")
        enter(page, accounts["shengshenhe"])
        shoot(page, folder, "campaign", f"{URL}/campaigns/1")
        shoot(page, folder, "documents", f"{URL}/documents")
        enter(page, accounts["lingdao"])
        shoot(page, folder, "board", f"{URL}/indicators")
        liaison = next(one for one in accounts.values() if one["role"] == "liaison")
        page.goto(f"{DISCIPLINE}/login")
        page.fill("#account", liaison["account"])
        page.fill("#password", liaison["password"])
        page.fill("#code", pyotp.TOTP(liaison["totp_secret"]).now())
        page.click("button[type=submit]")
        page.wait_for_load_state()
        shoot(page, folder, "discipline")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
