"""What is left out of a page's mark cannot matter: two pages with one mark, one of them provable, have one reading."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from alerts.domain.errors import ReadError
from alerts.domain.model import Availability, FailureReason, Listing, Offer
from alerts.ports import Page
from alerts.reading.readers.page import PageReader
from alerts.reading.shortcuts import NONE, Shortcuts
from alerts.reading.visible.relevant import SHORTEST, is_provable, relevant
from alerts.reading.web.validators import FRESH
from alerts.reading.weigh.verdict import read_page
from benchmarks.reading import PAGES, pages

LISTING = Listing(id="shop", sku="board", product_name="Board 5", vendor="Shop", url="https://shop.test/board-5")
PADDING = "<p>" + "all the words of a long page " * (SHORTEST // 28) + "</p>"
DATA = '{"@type":"Product","name":"Board 5","offers":{"price":"%s","priceCurrency":"GBP","availability":"%s"}}'
FORM = "<button class=add-to-cart>Add to basket</button>"


def page(*pieces: str, price: str = "76.80", stock: str = "InStock", form: str = FORM) -> bytes:
    data = f'<script type="application/ld+json">{DATA % (price, stock)}</script>'
    return f"<title>Board 5</title>{data}<h1>Board 5</h1>{form}{''.join(pieces)}{PADDING}".encode()


def mark(body: bytes) -> bytes | None:
    found = relevant(body)
    return found.mark if found else None


def is_sure(body: bytes) -> bool:
    found = relevant(body)
    return found is not None and is_provable(found, LexborHTMLParser(body), body)


def reading(body: bytes, listing: Listing = LISTING) -> Offer | FailureReason:
    try:
        return read_page(Page(url=listing.url, status=200, headers={}, body=body), listing)
    except ReadError as exc:
        return exc.reason


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<script>var seen = 1</script>", "<script>var seen = 2; if (a < b) f('<div>')</script>"),
        ('<script nonce="abc" src=a.js></script>', '<script nonce="x+/=y" src=a.js></script>'),
        ("<script>a</script><script>b</script>", "<script></script><script>" + "c" * 9999 + "</script>"),
        ('<script>a</script><meta name="csrf-token" content="a1">',
         '<script>a</script><meta name="csrf-token" content="">'),
        ('<script>a</script><input type="hidden" name="form_key" value="a1">',
         '<script>a</script><input type="hidden" name="form_key" value="b2">'),
    ],
)  # fmt: skip
def test_what_differs_between_any_two_visits_is_left_out(one: str, other: str) -> None:
    assert mark(page(one)) == mark(page(other))
    assert is_sure(page(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (page("<script>a</script>"), page("<script>a</script>", price="76.81")),
        (page("<script>a</script>"), page("<script>a</script>", stock="OutOfStock")),
        (page("<script>a</script>"), page("<script>a</script>", form=FORM.replace("button", "button disabled"))),
        (page("<script>a</script>"), page("<script>a</script><p>Sold out</p>")),
        (page("<script>a</script>"), page("<script async>a</script>")),
        (page("<script>a</script>"), page("<script>a</script><script>a</script>")),
        (page("<script>a</script>"), page("<SCRIPT>a</SCRIPT>")),
    ],
)
def test_whatever_else_differs_is_another_page(one: bytes, other: bytes) -> None:
    assert mark(one) != mark(other)


@pytest.mark.parametrize(
    "piece",
    [
        "<!-- <script>a</script> -->",
        "<div title='<script>a</script>'></div>",
        "<SCRIPT>a</SCRIPT><script>b</script>",
        "<!-- <script src=a></script> --><SCRIPT SRC=b></SCRIPT>",
        '<script data-a=">">a</script>',
        "<h1><script>a</script>Board 5</h1>",
        "<button><script>a</script>Add to basket</button>",
        "<a href=/><script>a</script></a>",
        '<div itemprop="name"><script>a</script></div>',
        '<p property="name"><script>a</script></p>',
        "<svg><script>a</script></svg>",
        "<template><script>a</script></template>",
        "<textarea><script>a</script></textarea>",
        "<title><script>a</script></title>",
        "<noembed><script>a</script></noembed>",
        "<script>typeof=</script><div TYPEOF=Product></div>",
        "<script>a</script><!-- <meta --><meta name=\"csrf-token\" content=\"a\">",
        "<plaintext><script>a</script>",
    ],
)  # fmt: skip
def test_a_page_where_that_cannot_be_shown_is_read_whole(piece: str) -> None:
    assert not is_sure(page(piece))


@pytest.mark.parametrize(
    "inside",
    ["<!-- <script>a</script>", "a</SCRIPT >b", "document.write('<script>a')", "a</sCrIpT", "a\0b"],
)
def test_a_script_that_may_end_elsewhere_is_not_left_out(inside: str) -> None:
    assert relevant(page(f"<script>{inside}</script>")) is None


def test_short_pages_and_pages_without_scripts_are_read_whole() -> None:
    assert relevant(b"<script>a</script>") is None
    assert relevant(page()) is None


PIECES = st.sampled_from([
    "<script>", "<script>", "<script src=a>", '<script nonce="a">', '<script type="application/ld+json">', "<SCRIPT>",
    "</script>", "</script>", "</script>", "</SCRIPT>", "</script x>", "<!--", "-->", "<!-- x -->", "<div title='",
    "'>", '">', ">", "<svg>", "</svg>", "<template>", "</template>", "<h1>Board 5</h1>", "<p>Sold out</p>", "<title>",
    "</title>", "<textarea>", "</textarea>", "<span class=price>&pound;76.80</span>", FORM, "<del>", "</del>", "a",
    '<p itemprop="price">', "</p>", "var a=1;", "<b", "\r\n", "€", DATA % ("9.99", "OutOfStock"), "<table><tr>",
    "</table>", "<button>", "</button>", "<style>", "</style>", "<noscript>", "</noscript>", "<select>", "</select>",
    "<plaintext>", "</body>", '<meta name="csrf-token" content="', "<input ", "typeof=",
    '<input type="hidden" name="form_key" value="',
])  # fmt: skip
INSIDES = st.sampled_from(
    ["", "a", "b < c", "</p>", "<h1>x</h1>", "<!", "-->", "</scrip", "</ script>", "<", "\n", "'\">"]
)


@given(before=st.lists(PIECES, max_size=8), after=st.lists(PIECES, max_size=8), one=INSIDES, other=INSIDES)
def test_pages_that_share_a_mark_share_their_reading(
    before: Sequence[str], after: Sequence[str], one: str, other: str
) -> None:
    first, second = (
        page("".join([*before, "<script>", inside, "</script>", *after]), form="") for inside in (one, other)
    )

    if mark(first) is not None and mark(first) == mark(second) and is_sure(first):
        assert reading(first) == reading(second)


@pytest.mark.shared
@pytest.mark.skipif(not (PAGES / "manifest.json").exists(), reason="the saved pages are not in ../shared/pages")
def test_real_pages_with_other_scripts_inside_have_the_same_reading() -> None:
    made, provable = random.Random(7), 0
    for row, body in pages():
        found = relevant(body)
        if found is None or not is_provable(found, LexborHTMLParser(body), body):
            continue
        provable += 1
        at, other = 0, b""
        for inside in found.insides:
            new = (b"x < %d; '<b class=price>1.99</b>'" % made.randrange(10**9)).ljust(inside.end - inside.start)
            other += body[at : inside.start] + (body[inside.start : inside.end] if inside.is_kept else new)
            at = inside.end
        other += body[at:]
        listing = LISTING.model_copy(update={"url": row["url"], "product_name": ""})
        assert mark(other) == found.mark
        assert reading(other, listing) == reading(body, listing), row["url"]
    assert provable >= 10


class Sends:
    def __init__(self, *bodies: bytes) -> None:
        self.bodies = list(bodies)

    async def get(self, url: str, *, accept: str = "text/html") -> Page:
        return Page(url=url, status=200, headers={}, body=self.bodies.pop(0))


def visits() -> Sends:
    seen = [page(f"<script>t={number}</script>") for number in range(4)]
    return Sends(*seen, page("<script>t=4</script>", stock="OutOfStock", form=""))


@pytest.mark.parametrize("shortcuts", [Shortcuts(), Shortcuts(insides=False), NONE])
async def test_a_change_is_seen_with_every_shortcut_on_and_off(shortcuts: Shortcuts) -> None:
    reader = PageReader(visits(), shortcuts=shortcuts)

    seen = [(await reader.read(LISTING)).availability for _ in range(5)]

    assert seen == [Availability.IN_STOCK] * 4 + [Availability.OUT_OF_STOCK]


async def test_a_mark_that_came_again_is_proven_once_and_then_enough() -> None:
    reader = PageReader(visits())

    first, second, third, fourth = [await reader.read(LISTING) for _ in range(4)]

    assert first == second == third
    assert second is not first
    assert second is third is fourth


async def test_the_same_bytes_are_read_once() -> None:
    reader = PageReader(Sends(*[page("<h1><script>t</script></h1>")] * 3))  # which cannot be proven

    first, *others = [await reader.read(LISTING) for _ in range(3)]

    assert all(each is first for each in others)


async def test_a_look_that_must_not_lean_on_an_earlier_one_reads_the_page_itself() -> None:
    reader = PageReader(Sends(*[page("<script>t</script>")] * 3))
    first, again = await reader.read(LISTING), await reader.read(LISTING)
    token = FRESH.set(True)
    fresh = await reader.read(LISTING)
    FRESH.reset(token)

    assert again is first
    assert fresh == first
    assert fresh is not first
