"""Every command of ours to the store passes a crash point before and after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from alerts import crash
from alerts.store.ports import Commit, Store
from tests.store.test_contract import locked, stage
from tests.worlds import IN, START, known, offer


@pytest.fixture
def passed(server_store: Store) -> Iterator[list[str]]:
    places: list[str] = []
    crash.arm(places.append)
    yield places
    crash.disarm()


async def test_a_script_goes_by_its_own_name(server_store: Store, passed: list[str]) -> None:
    await locked(server_store)

    assert passed[0] == "redis.hold_scan"
    assert passed[-1] == "redis.hold_scan.done"
    assert set(passed) == {"redis.hold_scan", "redis.hold_scan.done"}


async def test_a_command_goes_by_its_word(server_store: Store, passed: list[str]) -> None:
    await server_store.note("commands")

    assert passed == ["redis.HGET", "redis.HGET.done"]


async def test_a_pipeline_is_one_place(server_store: Store, passed: list[str]) -> None:
    await server_store.note_stages([stage(), stage(1)])

    assert passed == [
        "redis.pipeline(XADD)", "redis.pipeline(XADD).done",
        "redis.pipeline(XTRIM+EXPIRE)", "redis.pipeline(XTRIM+EXPIRE).done",
    ]  # fmt: skip


async def test_a_transaction_is_one_place(server_store: Store, passed: list[str]) -> None:
    await server_store.turned("Acme", "a", START, since=START - timedelta(minutes=30))

    assert passed[0] == "redis.pipeline(ZADD+ZREMRANGEBYSCORE+ZCARD+EXPIRE)"
    assert len(passed) == 2


async def test_nothing_to_send_is_no_place(server_store: Store, passed: list[str]) -> None:
    await server_store.subscribers("pi5")

    assert passed == ["redis.SMEMBERS", "redis.SMEMBERS.done"]


async def test_a_harness_that_kills_before_a_command_leaves_it_undone(server_store: Store) -> None:
    def kill(name: str) -> None:
        if name == "redis.commit":
            raise KilledHereError

    lock = await locked(server_store)
    nothing = (await server_store.snapshot("pi5")).model_copy(update={"listings": (known(offer(IN)),)})
    crash.arm(kill)
    try:
        with pytest.raises(KilledHereError):
            await server_store.commit(Commit(lock, nothing))
    finally:
        crash.disarm()

    assert (await server_store.snapshot("pi5")).revision == 0


class KilledHereError(Exception):
    pass
