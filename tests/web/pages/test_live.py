"""What open pages hear: changes of what they show, a sign of life, and an end when the program ends."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from alerts.domain.errors import StoreUnavailable
from bot.web.dashboard.live import LONGEST, MOST_OF_ONE, Live, Stream
from bot.web.problems import Problem
from tests.fakes import FakeClock
from tests.web.pages.house import PI, House, Visitors, listed
from tests.worlds import OUT, failure, offer, subscription


def heard(stream: Stream) -> list[bytes]:
    """Everything that waits for a page."""
    found: list[Any] = []
    while not stream.waiting.empty():
        found.append(stream.waiting.get_nowait())
    return found


def said(message: bytes) -> str:
    event, data = message.decode().strip().split("\n")
    assert event == "event: changed"
    return str(orjson.loads(data.removeprefix("data: "))["said"])


async def test_a_page_hears_of_a_change_of_what_its_guild_watches_in_words(house: House) -> None:
    await house.watch()
    await house.read("pi5", listed(offer(OUT)))
    with house.live.opened(1, "ada") as mine, house.live.opened(2, "bob") as theirs:
        await house.live.turn()
        assert heard(mine) == []
        await house.read("pi5", listed(offer(price="76.80")))
        await house.live.turn()
        await house.live.turn()

        assert [said(each) for each in heard(mine)] == ["Raspberry Pi 5: in stock, £76.80 at Acme"]
        assert heard(theirs) == []


async def test_a_look_that_found_the_same_is_no_news(house: House) -> None:
    await house.watch()
    await house.read("pi5", listed(offer()))
    with house.live.opened(1, "ada") as stream:
        await house.live.turn()
        await house.clock.advance(10)
        await house.read("pi5", listed(offer()))
        await house.live.turn()
        assert heard(stream) == []
        await house.read("pi5", listed(offer(), failure=failure()))
        await house.live.turn()

        assert len(heard(stream)) == 1


async def test_a_new_line_of_the_trail_is_news_without_words(house: House) -> None:
    with house.live.opened(1, "ada") as stream:
        await house.live.turn()
        await house.told(subscription())
        await house.live.turn()

        assert [said(each) for each in heard(stream)] == [""]


async def test_nobody_elses_name_of_a_product_is_said(house: House) -> None:
    await house.watch(name="Our board")
    await house.watch(guild=2, name="Their board")
    await house.read("pi5", listed(offer(OUT)))
    with house.live.opened(1, "ada") as mine, house.live.opened(2, "bob") as theirs:
        await house.live.turn()
        await house.read("pi5", listed(offer()))
        await house.live.turn()

        assert said(heard(mine)[0]).startswith("Our board: ")
        assert said(heard(theirs)[0]).startswith("Their board: ")


async def test_a_sign_of_life_comes_every_twenty_seconds(house: House) -> None:
    async with house.live.reading():
        with house.live.opened(1, "ada") as stream:
            await house.clock.advance(65)

            assert heard(stream) == [b": \n\n"] * 3


async def test_a_page_of_too_many_of_one_session_gives_way_and_is_told_so(house: House) -> None:
    opened = [house.live.opened(1, "ada") for _ in range(MOST_OF_ONE + 1)]
    streams = [each.__enter__() for each in opened]

    assert heard(streams[0]) == [b"event: bye\ndata: {}\n\n", None]
    assert [heard(each) for each in streams[1:]] == [[]] * MOST_OF_ONE


async def test_a_stream_ends_after_a_while_so_that_the_page_is_asked_anew_who_it_is(house: House) -> None:
    with house.live.opened(1, "ada") as stream:
        await house.clock.advance(LONGEST)
        await house.live.turn()

        assert heard(stream) == [None]


async def test_every_stream_ends_with_the_program_and_none_begins_after_that(house: House) -> None:
    opened = house.live.opened(1, "ada")
    async with house.live.reading():
        stream = opened.__enter__()

    assert heard(stream) == [None]
    with pytest.raises(Problem), house.live.opened(1, "ada"):
        pass


async def test_a_page_that_reads_slowly_costs_no_more_than_a_few_messages(house: House) -> None:
    with house.live.opened(1, "ada") as stream:
        await house.live.turn()
        for number in range(50):
            await house.told(subscription(), f"{'d' * 20}{number:04}")
            await house.clock.advance(1)
            await house.live.turn()

        assert 1 <= len(heard(stream)) <= 8


async def test_while_memory_is_away_pages_stay_open_and_go_on_afterwards(house: House) -> None:
    class Away:
        is_away = True

        def __getattr__(self, name: str) -> Any:
            async def ask(*args: Any, **more: Any) -> Any:
                if self.is_away:
                    raise StoreUnavailable("away")
                return await getattr(house.store, name)(*args, **more)

            return ask

    store: Any = Away()
    live = Live(store=store, products=house.products, clock=house.clock)
    async with live.reading():
        with live.opened(1, "ada") as stream:
            await house.clock.advance(5)
            store.is_away = False
            await house.clock.advance(2)
            await house.told(subscription())
            await house.clock.advance(2)

            assert len(heard(stream)) == 1


async def test_nothing_is_asked_of_memory_while_no_page_is_open(house: House) -> None:
    await house.live.turn()

    assert house.live._newest == {}
    assert house.live._shown == {}


async def test_over_http_it_is_an_event_stream_that_says_hello_and_ends_with_the_program(
    house: House, visitor: Visitors
) -> None:
    await house.watch(PI.sku)
    async with house.live.reading():
        answer = await visitor.response("/g/1/live")
        assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        assert b"event: hello" in await answer.content.readuntil(b"data: {}\n\n")
        assert isinstance(house.clock, FakeClock)
        await house.clock.advance(1)
        await house.told(subscription())
        await house.clock.advance(1)
        assert b"event: changed" in await answer.content.readuntil(b"\n\n")

    async with asyncio.timeout(5):
        assert await answer.content.read() == b""
