"""A history as an image: right, readable, small, and made beside the event loop."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from time import perf_counter

import matplotlib as mpl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.ft2font import FT2Font
from PIL import Image

from alerts.domain.model import Availability, Point, Product
from alerts.domain.money import Money
from alerts.domain.stats import timeline
from alerts.history import Past
from bot.charts import MOST_WAITING, Charts, Drawn, draw_past
from bot.ui.axes import price_axis, time_axis
from bot.ui.chart import _DRAWN, MOST_ROWS, Chart, chart_of, drawable
from bot.ui.drawing import CARD, COLOURS, INK, QUIET, REST, WIDTH, draw
from bot.ui.language import LANGUAGES, speaking
from tests.guards.project import ROOT
from tests.test_history_shown import past_of, point
from tests.test_text import HOSTILE
from tests.worlds import IN, OUT, START, listing

pytestmark = pytest.mark.picture

DAY = timedelta(days=1)
STATES = (IN, OUT, Availability.PREORDER, Availability.LIMITED)
MOST_BYTES = 150_000


def busy(shops: int, points: int, *, currency: str = "GBP") -> Past:
    """Shops that change their prices all the time over a hundred days, without any chance in it."""
    listings = [listing(f"Shop number {i}", id=f"l{i}") for i in range(shops)]
    histories = [
        [
            Point(
                at=START - 100 * DAY * (points - n) / points,
                vendor=each.vendor,
                availability=STATES[(n * 7 + i) % 11 % 4],
                price=Money.of(80 + 9 * i + (n * 37 + i * 11) % 23, currency),
            )
            for n in range(points)
        ]
        for i, each in enumerate(listings)
    ]
    found = Product(sku="pi5", name="Raspberry Pi 5", listings=tuple(listings))
    return Past(found, listings, histories, timeline(histories, START))


def chart(past: Past, days: int | None = None) -> Chart:
    found = chart_of(past, days)
    assert found
    return found


def pixels(png: bytes) -> Image.Image:
    image = Image.open(BytesIO(png))
    assert image.format == "PNG"
    return image.convert("RGBA")


def rows_of(image: Image.Image, colour: str, column: int, top: int = 78, bottom: int = 378) -> list[int]:
    """Where a colour is in a column of the plot, from above."""
    wanted = bytes.fromhex(colour[1:])
    found = [(y, image.getpixel((column, y))[:3]) for y in range(top, bottom)]  # type: ignore[index]
    return [y for y, seen in found if max(abs(a - b) for a, b in zip(seen, wanted, strict=True)) < 12]


# What is drawn


def test_a_price_that_fell_is_drawn_lower_from_then_on() -> None:
    image = pixels(draw(chart(past_of([point(10, price="100"), point(5, price="80")]))))

    before, after = rows_of(image, COLOURS[0], 350), rows_of(image, COLOURS[0], 750)

    assert before
    assert after
    assert max(before) < min(after)


def test_the_low_is_marked_where_it_is() -> None:
    made = chart(past_of([point(10), point(6, price="70"), point(5, price="90")]))
    image = pixels(draw(made))

    assert made.low is not None
    assert made.low.text == "Lowest £70.00 · 16 Nov"
    column = round(238 + made.time.place(made.low.at) * (856 - 238))
    assert made.price
    assert round(78 + (1 - made.price.place(70)) * 300) in rows_of(image, INK, column)


def test_what_is_sold_out_has_a_thin_bar_and_what_is_in_stock_a_full_one() -> None:
    image = pixels(draw(chart(past_of([point(10), point(5, OUT)]))))

    bars = {column: len(rows_of(image, COLOURS[0], column, 420, image.height)) for column in (350, 750)}

    assert bars == {350: 16, 750: 2}


def test_eight_shops_have_a_colour_and_the_others_share_one() -> None:
    few, many = chart(busy(8, 5)), chart(busy(12, 5))

    assert (len(few.rows), few.rest, few.rest_name) == (MOST_ROWS, (), "")
    assert (len(many.rows), len(many.rest), many.rest_name) == (MOST_ROWS, 4, "4 more shops")
    assert [row.number for row in many.rows] == list(range(1, MOST_ROWS + 1))


def test_a_low_among_the_shops_without_a_colour_is_marked_all_the_same() -> None:
    gone = [point(20, price="1", vendor="Gone"), point(19, OUT, "1", vendor="Gone")]
    made = chart(past_of(*([point(9, price=str(50 + i), vendor=f"S{i}")] for i in range(9)), gone))

    assert made.low is not None
    assert made.low.amount == 1


def test_a_lone_point_and_one_of_this_moment_are_drawn() -> None:
    for days in (3, 0):
        made = chart(past_of([point(days)]), 30)

        assert made.time.ticks
        assert rows_of(pixels(draw(made)), INK, round(238 + made.time.place(START - days * DAY) * 618))


def test_without_any_price_the_stock_is_drawn_alone() -> None:
    made = chart(past_of([point(3).model_copy(update={"price": None})]))

    assert (made.price, made.low) == (None, None)
    assert pixels(draw(made)).height < 250
    assert "no price is known" in made.alt


def test_nothing_known_is_no_chart() -> None:
    assert chart_of(past_of([]), 30) is None


def test_ten_thousand_points_are_drawn_and_their_low_is_not_lost() -> None:
    past = busy(5, 2000)
    past.histories[4][777] = past.histories[4][777].model_copy(update={"price": Money.of(3, "GBP"), "availability": IN})
    made = chart(Past(past.product, past.listings, past.histories, timeline(past.histories, START)))  # type: ignore[arg-type]

    assert made.low is not None
    assert made.low.amount == 3
    assert max(len(row.steps) for row in made.rows) <= 2000
    assert len(draw(made)) <= MOST_BYTES


@pytest.mark.parametrize(("shops", "points"), [(1, 1), (3, 40), (8, 200), (40, 250)])
def test_an_image_is_small_and_soon_drawn(shops: int, points: int) -> None:
    made = chart(busy(shops, points))
    draw(made)
    started = perf_counter()
    png = draw(made)
    print(f"{shops} shops, {shops * points} points: {(perf_counter() - started) * 1000:.0f} ms, {len(png)} bytes")

    assert len(png) <= MOST_BYTES
    assert pixels(png).width == WIDTH


@settings(max_examples=12, deadline=None)
@given(HOSTILE, HOSTILE, st.sampled_from(["GBP", "JPY", "XYZ"]), st.integers(0, 10**12 - 1))
def test_whatever_a_shop_writes_is_drawn(name: str, vendor: str, currency: str, amount: int) -> None:
    one = point(3, vendor=vendor).model_copy(update={"price": Money.of(amount, currency)})

    draw(chart(past_of([one], [point(2, vendor="$x_1^$"), point(1, price="5")], name=name)))


# Whether it can be read


def test_every_colour_stands_out_from_the_ground() -> None:
    assert min(_contrast(each, CARD) for each in (INK, QUIET)) >= 7
    assert min(_contrast(each, CARD) for each in (*COLOURS, REST)) >= 4.5


def test_the_corners_let_the_theme_through_and_nothing_else_does() -> None:
    image = pixels(draw(chart(past_of([point(3)]))))
    alphas = [image.getpixel((x, y))[3] for x in range(0, WIDTH, 9) for y in range(40, image.height - 40, 9)]  # type: ignore[index]

    assert image.getpixel((0, 0))[3] == 0  # type: ignore[index]
    assert min(alphas) >= 250


@pytest.mark.parametrize("face", ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"])
def test_the_font_has_every_character_that_is_called_drawable(face: str) -> None:
    font = FT2Font(str(Path(mpl.get_data_path()) / "fonts" / "ttf" / face))
    known = font.get_charmap()
    every = [code for low, high in _DRAWN for code in range(low, high + 1)]
    lacking = [chr(code) for code in every if unicodedata.category(chr(code)) not in ("Cn", "Cf") and code not in known]

    assert lacking == []


@pytest.mark.parametrize("language", sorted(set(LANGUAGES.values())))
@pytest.mark.parametrize("currency", ["EUR", "JPY", "USD"])
def test_what_is_written_in_a_chart_is_drawable_in_every_language(language: str, currency: str) -> None:
    with speaking(language):
        made = chart(busy(2, 30, currency=currency), 90)
    assert made.price
    assert made.low
    labels = [label for _, label in (*made.price.ticks, *made.time.ticks)]
    labels += [made.title, made.window, made.rest_name, made.low.text, *(row.now for row in made.rows)]

    assert [label for label in labels if drawable(label) != " ".join(label.split())] == []


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Acme 🔥", "Acme"),
        ("ヨドバシカメラ", ""),
        ("Amazon 日本", "Amazon"),
        ("Łódź Ελλάς Москва", "Łódź Ελλάς Москва"),
        ("🔥", ""),
    ],
)
def test_a_name_is_written_as_far_as_the_font_goes_or_not_at_all(name: str, written: str) -> None:
    assert drawable(name) == written


@pytest.mark.parametrize(
    ("amount", "written"),
    [("999.5", "£999.50"), ("9999.99", "£9,999.99"), ("106071.4", "£106,071"), ("13211234", "£13.21M")],
)
def test_a_price_beside_its_bar_is_short_and_never_cut(amount: str, written: str) -> None:
    (row,) = chart(past_of([point(3, price=amount)])).rows

    assert row.now == written


def test_the_alt_text_says_what_the_chart_shows() -> None:
    made = chart(past_of([point(10), point(3, price="80")], [point(9, OUT, "75", vendor="Bolt")]), 30)

    assert made.alt == (
        "Chart of the price and stock of Raspberry Pi 5. Since 2026-11-12: lowest £80.00 at Acme, from 19 Nov."
        " Half of the time it cost £100.00 or less. Now: 1. Acme: £80.00; 2. Bolt: sold out."
    )


def _contrast(one: str, other: str) -> float:
    """WCAG 2's ratio of the luminances."""
    bright, dark = sorted((_luminance(each) for each in (one, other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [part / 255 for part in bytes.fromhex(colour[1:])]
    red, green, blue = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# The axes

AMOUNTS = st.lists(st.decimals(0, 10**12, allow_nan=False, places=2), min_size=1, max_size=20)


@given(AMOUNTS, st.sampled_from(["GBP", "JPY", "XYZ"]))
def test_every_price_is_within_the_axis_with_room_for_a_label_below(amounts: Sequence[Decimal], currency: str) -> None:
    axis = price_axis(amounts, currency)
    places = [axis.place(each) for each in amounts]

    assert min(places) >= 0.2 - 1e-6
    assert max(places) <= 1
    assert 1 <= len(axis.ticks) <= 7
    assert all(-1e-6 <= axis.place(tick) <= 1 + 1e-6 for tick, _ in axis.ticks)
    assert len({label for _, label in axis.ticks}) == len(axis.ticks)


@given(
    st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - made aware beside it
    st.timedeltas(timedelta(hours=1), timedelta(days=7000)),
)
def test_every_window_of_time_has_a_few_round_moments(end: datetime, span: timedelta) -> None:
    axis = time_axis(end - span, end)
    moments = [at for at, _ in axis.ticks]

    assert 1 <= len(moments) <= 8
    assert moments == sorted(moments)
    assert all(end - span <= at <= end for at in moments)
    assert all(at.second == at.microsecond == 0 for at in moments)


# Beside the event loop


async def test_charts_asked_for_at_once_are_each_their_own_in_the_language_of_the_asker() -> None:
    pasts = [past_of([point(9, price=str(10 + i), vendor=f"Shop {i}")]) for i in range(6)]
    charts = Charts()

    async def ask(past: Past, language: str) -> Drawn | None:
        with speaking(language):
            return await charts.draw(past, 30)

    made = await asyncio.gather(*(ask(past, ("en", "de")[i % 2]) for i, past in enumerate(pasts)))

    for i, (past, drawn) in enumerate(zip(pasts, made, strict=True)):
        with speaking(("en", "de")[i % 2]):
            assert drawn == draw_past(past, 30)
    assert len({each.png for each in made if each}) == len(pasts)
    assert [each.chart.rows[0].now for each in made[:2] if each] == ["£10.00", "11,00 £"]
    charts.close()


async def test_the_event_loop_goes_on_while_a_chart_is_drawn_and_one_is_drawn_at_a_time() -> None:
    began, gate, running, most = threading.Event(), threading.Event(), list[int](), list[int]()

    def slowly(_: Past, __: int | None) -> Drawn:
        began.set()
        running.append(1)
        most.append(len(running))
        gate.wait(10)
        running.pop()
        return Drawn(ANY.chart, threading.current_thread().name.encode())

    charts = Charts(slowly)
    asked = [asyncio.create_task(charts.draw(LONE, None)) for _ in range(3)]
    assert await asyncio.to_thread(began.wait, 10)
    gate.set()

    made = await asyncio.gather(*asked)
    assert [each.png.startswith(b"charts") for each in made if each] == [True] * 3
    assert max(most) == 1
    charts.close()


async def test_too_many_at_once_are_answered_without_a_chart() -> None:
    gate = threading.Event()
    charts = Charts(lambda _, __: ANY if gate.wait(10) else None)
    asked = [asyncio.create_task(charts.draw(LONE, None)) for _ in range(MOST_WAITING)]
    await asyncio.sleep(0)

    assert await charts.draw(LONE, None) is None

    gate.set()
    assert await asyncio.gather(*asked) == [ANY] * MOST_WAITING
    assert await charts.draw(LONE, None) == ANY
    charts.close()


async def test_a_chart_that_fails_or_takes_for_ever_is_none_and_the_next_is_drawn() -> None:
    gate, fails = threading.Event(), [True]

    def draws(_: Past, __: int | None) -> Drawn:
        if fails and fails.pop():
            raise MemoryError
        gate.wait(10)
        return ANY

    charts = Charts(draws, longest=0.01)

    assert await charts.draw(LONE, None) is None
    assert await charts.draw(LONE, None) is None
    gate.set()
    charts._longest = 10
    assert await charts.draw(LONE, None) == ANY
    charts.close()


async def test_nothing_known_is_nothing_to_draw() -> None:
    charts = Charts()

    assert await charts.draw(past_of([]), 30) is None
    charts.close()


def test_matplotlib_is_loaded_for_a_chart_only_and_pyplot_never() -> None:
    program = (
        "import sys, bot.app\n"
        "assert 'matplotlib' not in sys.modules\n"
        "import bot.ui.drawing\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )

    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=60)


LONE = past_of([point(3)])
ANY = Drawn(chart(LONE), b"drawn")
