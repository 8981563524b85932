"""A bar code's number is one number however it is written, and nothing else passes for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.codes import address_in, gtin, number_in
from alerts.domain.model import Product
from alerts.products import Products
from tests.worlds import listing

EAN13, EAN8, UPCA = "4006381333931", "96385074", "036000291452"


def check_digit(digits: str) -> str:
    return str(-sum(int(d) * (3 if n % 2 == 0 else 1) for n, d in enumerate(reversed(digits))) % 10)


def has(sku: str, number: str | None = None, *urls: str) -> Product:
    listings = tuple(listing(f"Shop{n}", sku, url=url) for n, url in enumerate(urls))
    return Product(sku=sku, name=f"Product {sku}", gtin=number, listings=listings)


@given(st.sampled_from([7, 11, 12, 13]).flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n)))
def test_a_number_with_the_right_check_digit_is_one_and_with_any_other_is_none(digits: str) -> None:
    right = check_digit(digits)

    found = {last: gtin(digits + last) for last in "0123456789"}

    wanted = (digits + right).zfill(14) if int(digits) else None
    assert found == {last: wanted if last == right else None for last in found}


@pytest.mark.parametrize("written", [UPCA, "0" + UPCA, "00" + UPCA, "0 36000 29145 2", "0-36000-29145-2"])
def test_one_number_in_all_its_spellings_is_the_same(written: str) -> None:
    assert gtin(written) == "00036000291452"


@pytest.mark.parametrize(
    "text", ["", "0", "00000000", "123", "5090", "jetson", "٤٠٠٦٣٨١٣٣٣٩٣١", EAN13[:-1], EAN13 + "1"]
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert gtin(text) is None


@pytest.mark.parametrize(
    "code",
    [
        EAN13,
        f"(01)0{EAN13}(21)serial",
        f"010{EAN13}21serial",
        f"]Q3010{EAN13}",
        f"https://id.gs1.org/01/0{EAN13}",
        f"https://shop.test/gtin/{EAN13}/x?y=1",
    ],
)
def test_a_qr_code_may_hold_the_number_in_any_of_gs1s_ways(code: str) -> None:
    assert number_in(code) == "0" + EAN13


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert number_in(text) is None or len(number_in(text) or "") == 14
    assert isinstance(address_in(text), str | None)


@pytest.mark.parametrize("other", ["http://www.shop.test/pi5/", "HTTPS://SHOP.test/pi5?utm_source=qr&gclid=1"])
def test_an_address_in_all_its_spellings_is_the_same(other: str) -> None:
    assert address_in(other) == address_in("https://shop.test/pi5")


def test_a_product_is_found_by_its_number_however_either_is_written() -> None:
    products = Products([has("pi5", UPCA), has("pi4", EAN13), has("pi3")])

    assert products.find("0" + UPCA).sku == "pi5"
    assert [each.sku for each in products.by_code(f"https://id.gs1.org/01/0{EAN13}")] == ["pi4"]
    assert products.by_code(EAN8) == []


def test_a_product_is_found_by_the_page_that_a_code_leads_to() -> None:
    one, two = "https://shop.test/item?id=1", "https://shop.test/item?id=2"
    products = Products([has("pi5", None, one), has("pi4", None, two), has("pi3", None, "https://shop.test/pi3")])

    assert [each.sku for each in products.by_code(two)] == ["pi4"]
    assert [each.sku for each in products.by_code("https://shop.test/item?id=3")] == []
    assert [each.sku for each in products.by_code("https://shop.test/pi3?from=box")] == ["pi3"]
    assert {each.sku for each in products.by_code("https://shop.test/item")} == {"pi5", "pi4"}


def test_a_number_that_two_products_share_picks_none_of_them() -> None:
    products = Products([has("pi5", EAN13), has("pi4", EAN13)])

    assert {each.sku for each in products.named(EAN13)} == {"pi5", "pi4"}
