"""One product has one address, however it was pasted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.canonical import canonical, host_of, is_address, mark_of, name_from
from alerts.domain.errors import BadInput

PLAIN = "https://shop.test/products/pi-5"


@pytest.mark.parametrize(
    "pasted",
    [
        "https://shop.test/products/pi-5",
        " HTTPS://Shop.TEST/products/pi-5\n",
        "https://shop.test:443/products/pi-5",
        "https://shop.test./products/pi-5",
        "https://shop.test/products/pi-5#reviews",
        "https://shop.test/products/pi-5?utm_source=news&UTM_Campaign=x",
        "https://shop.test/products/pi-5?gclid=1&fbclid=2&ref=home&_pos=3",
        "https://shop.test/products/pi-5?",
        "https://shop.test/products/pi-5?&&",
        "https://shop.test/products/./pi-5",
        "https://shop.test/old/../products/pi-5",
        "https://shop.test/products/pi%2D5",
    ],
)
def test_what_does_not_matter_is_left_out(pasted: str) -> None:
    assert canonical(pasted) == PLAIN


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("/p?variant=1", "/p?variant=2"),
        ("/p?variant=1", "/p"),
        ("/p?color=red&size=8", "/p?color=red&size=9"),
        ("/p?id=1", "/p?id=1&id=2"),
        ("/p?reference=1", "/p"),
        ("/P", "/p"),
        ("/p/", "/p"),
        ("/a%2Fb", "/a/b"),
        (":8443/p", "/p"),
    ],
)
def test_what_may_be_another_product_stays_apart(one: str, another: str) -> None:
    assert canonical(f"https://shop.test{one}") != canonical(f"https://shop.test{another}")


def test_parameters_are_the_same_in_any_order() -> None:
    assert canonical("https://a.test/p?size=8&color=red") == canonical("https://a.test/p?color=red&size=8")


def test_letters_of_other_alphabets_have_one_spelling() -> None:
    assert canonical("https://kühler.test/größe") == "https://xn--khler-kva.test/gr%C3%B6%C3%9Fe"
    assert canonical("https://xn--khler-kva.test/gr%c3%b6%c3%9fe") == canonical("https://KÜHLER.test/größe")


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        "pi5",
        "ftp://shop.test/p",
        "javascript:alert(1)",
        "https://",
        "https:///p",
        "https://me:secret@shop.test/p",
        "https://shop.test/a b",
        "https://shop.test\\@evil.test/",
        "https://shop.test:99999/p",
        "https://[::1/p",
        "https://-bad-.test/p",
        "https://a..b/p",
        "https://shop.test/" + "x" * 2048,
        "https://shop.test/" + "ü" * 400,
    ],
)
def test_what_is_no_web_address_is_refused_in_words(pasted: str) -> None:
    with pytest.raises(BadInput, match="address"):
        canonical(pasted)


def test_numbers_for_hosts_have_one_spelling() -> None:
    assert canonical("http://[0:0::1]:80/") == "http://[::1]/"
    assert canonical("http://127.0.0.1:8099/x") == "http://127.0.0.1:8099/x"


SAFE = st.text(st.sampled_from("aZ09-._~%/?&=+:;,@!$'()*[]#äß漢"), max_size=40)


@given(st.sampled_from(["http", "HTTPS"]), st.sampled_from(["shop.test", "Shop.Test:443", "bücher.test:8080"]), SAFE)
def test_doing_it_twice_changes_nothing(scheme: str, host: str, rest: str) -> None:
    once = canonical(f"{scheme}://{host}/{rest}")

    assert canonical(once) == once
    assert mark_of(canonical(once)) == mark_of(once)


@given(st.text(max_size=60))
def test_whatever_is_typed_gives_an_address_or_bad_input(text: str) -> None:
    for pasted in (text, f"https://{text}", f"https://shop.test/{text}"):
        try:
            made = canonical(pasted)
        except BadInput:
            continue
        assert canonical(made) == made
        assert made.isascii()


@given(st.lists(st.sampled_from(["utm_source", "gclid", "fbclid", "ref", "mc_eid"]), max_size=5), st.randoms())
def test_tracking_never_makes_another_product(names: list[str], random: object) -> None:
    pairs = ["variant=42", "size=8", *(f"{name}=x" for name in names)]
    random.shuffle(pairs)  # type: ignore[attr-defined]

    assert canonical(f"https://shop.test/p?{'&'.join(pairs)}") == "https://shop.test/p?size=8&variant=42"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://thepihut.com/products/raspberry-pi-5?variant=1", "Raspberry pi 5"),
        ("https://shop.test/gp/product/B0CTQ3BQLS/1234", "B0CTQ3BQLS"),
        ("https://shop.test/item/12345.html", "Item"),
        ("https://www.shop.test/", "shop.test"),
        ("https://shop.test/gr%C3%B6%C3%9Fe_8.html", "Größe 8"),
    ],
)
def test_a_page_that_nobody_read_is_called_by_its_address(url: str, name: str) -> None:
    assert name_from(canonical(url)) == name


def test_an_address_is_told_from_a_name() -> None:
    assert is_address(" https://shop.test/p")
    assert is_address("HTTP://x")
    assert not is_address("raspberry pi 5")
    assert host_of("https://www.shop.test/p") == "shop.test"
