"""One command runs everything, and only once on the same data; the fixture `product` ends it and holds that nothing is left."""

import urllib.request

import pytest

from tests.browser.conftest import Product
from tests.test_up import free_ports, run

pytestmark = pytest.mark.browser


def test_both_sides_answer_and_a_second_start_is_refused(product: Product) -> None:
    for address in (product.url, product.discipline_url):
        with urllib.request.urlopen(f"{address}/healthz", timeout=20) as answer:
            assert answer.status == 200
    second = run(product.home, free_ports())
    assert second.returncode == 1
    assert "已有一套系统在运行" in second.stderr
