"""`dlq` on the command line: what was given up is shown, sent once more, or forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from alerts.domain.deliveries import DeliveryState, delivery_for
from alerts.store.embedded import Embedded
from alerts.store.ports import Outcome
from alerts.store.redis.store import RedisStore
from bot.cli.main import run
from tests.test_cli import _at_home, config, embedded, sentence
from tests.worlds import MINUTE, START, change, subscription

pytestmark = pytest.mark.valkey
__all__ = ["_at_home", "config", "embedded"]

FINE, BAD_INPUT, STORE_AWAY = 0, 2, 4


def with_store(embedded: Path, work: Callable[[RedisStore], Awaitable[object]]) -> object:
    async def do() -> object:
        async with Embedded(embedded.parent / "d") as server, RedisStore(server.url) as store:
            return await work(store)

    return asyncio.run(do())


@pytest.fixture
def dead(embedded: Path) -> list[str]:
    """The ids of two messages that were given up, the oldest first."""

    async def bury(store: RedisStore) -> list[str]:
        for channel in (1, 2):
            await store.enqueue(delivery_for(change(), subscription(channel=channel), product_name="Pi", now=START))
            (claim,) = await store.open(await store.take(limit=9, wait=timedelta(0)))
            number = await store.lead("deliver", "one", ttl=MINUTE)
            reason = f"Invalid Form Body in {channel}"
            outcome = Outcome(claim, DeliveryState.BURIED, reason, is_dead=True)
            await store.finish(number, [outcome], START + channel * MINUTE)
        return [each.delivery.id for each in reversed(await store.dead_letters(9))]

    found = with_store(embedded, bury)
    assert isinstance(found, list)
    return found


def states(embedded: Path, dead: list[str]) -> list[DeliveryState | None]:
    async def ask(store: RedisStore) -> object:
        return [await store.delivery_state(each) for each in dead]

    found = with_store(embedded, ask)
    assert isinstance(found, list)
    return found


def dlq(embedded: Path, *args: str) -> int:
    return run(["dlq", *args, "--config", str(embedded)])


def test_the_list_names_each_with_its_reason(
    embedded: Path, dead: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert dlq(embedded, "list") == FINE
    lines = capsys.readouterr().out.splitlines()
    assert dlq(embedded, "list", "--json") == FINE
    rows = orjson.loads(capsys.readouterr().out)["dead_letters"]

    assert {line.split()[0] for line in lines} == set(dead)
    assert all("Back in stock: Pi  (Invalid Form Body in " in line for line in lines)
    assert {row["id"] for row in rows} == set(dead)
    assert {row["target"] for row in rows} == {"channel:1", "channel:2"}
    assert {row["reason"] for row in rows} == {"Invalid Form Body in 1", "Invalid Form Body in 2"}


def test_one_is_sent_once_more_and_another_is_forgotten(
    embedded: Path, dead: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert dlq(embedded, "redrive", dead[0]) == FINE
    assert dlq(embedded, "drop", dead[1]) == FINE
    assert capsys.readouterr().out.splitlines() == [f"{dead[0]}: queued once more.", f"{dead[1]}: dropped."]
    assert dlq(embedded, "list") == FINE
    assert capsys.readouterr().out == "Nothing was given up.\n"

    assert states(embedded, dead) == [DeliveryState.QUEUED, DeliveryState.BURIED]


@pytest.mark.parametrize(("verb", "state"), [("redrive", DeliveryState.QUEUED), ("drop", DeliveryState.BURIED)])
def test_all_of_them(
    verb: str, state: DeliveryState, embedded: Path, dead: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert dlq(embedded, verb, "--all") == FINE
    assert capsys.readouterr().out.startswith("2: ")
    assert dlq(embedded, verb, "--all") == FINE
    assert capsys.readouterr().out.startswith("0: ")
    assert states(embedded, dead) == [state, state]


@pytest.mark.parametrize("verb", ["redrive", "drop"])
def test_an_unknown_id_is_bad_input(verb: str, embedded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dlq(embedded, verb, "nobody") == BAD_INPUT
    assert "No message that was given up has the id 'nobody'" in sentence(capsys)


@pytest.mark.parametrize("args", [(), ("x", "--all")])
@pytest.mark.parametrize("verb", ["redrive", "drop"])
def test_one_or_all_and_not_both_are_asked_for(
    verb: str, args: tuple[str, ...], embedded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dlq(embedded, verb, *args) == BAD_INPUT
    assert "Name one message by its id, or say --all" in sentence(capsys)


def test_a_store_that_is_away_is_said_so(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dlq(config, "list") == STORE_AWAY
    assert "does not answer" in sentence(capsys)
