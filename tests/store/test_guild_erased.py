"""A guild that is forgotten is nowhere in the store, and every other one is as it was."""

from __future__ import annotations

import inspect
import json
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from alerts.domain.errors import BadInput, StoreUnavailable
from alerts.domain.model import Tier
from alerts.me import SECOND_LOOK
from alerts.store import keys
from alerts.store.ports import Store
from alerts.store.redis.store import RedisStore
from tests.fakes import FakeClock
from tests.store.dumps import everything, values
from tests.store.filling import Guild, World, world

ONE = Guild(id=2**60 + 11, channel=2**60 + 20, role=2**60 + 30, admin=2**60 + 40, word="marigold")
# Whoever looks for the first one's number must not find this one's.
OTHER = Guild(id=int(f"{ONE.id}7"), channel=2**61 + 20, role=2**61 + 30, admin=2**61 + 40, word="hawthorn")
NUMBERS = re.compile(rf"(?<!\d)({'|'.join(str(each) for each in ONE.numbers)})(?!\d)|{ONE.word}")
_DAY = date(2030, 1, 2)
_SAMPLES: dict[str, Any] = {
    "str": "SAMPLE", "int": 987654, "date": _DAY, "Tier": Tier.HOT, "datetime": datetime(2030, 1, 2, tzinfo=UTC),
}  # fmt: skip
_SAMPLE = re.compile(r"SAMPLE|987654|2030-?01-?02(T0000)?|[0-9a-f]{24}")


async def both(store: Store) -> World:
    lived = world(store, FakeClock())
    await lived.lives(OTHER)
    await lived.lives(ONE)
    await lived.also()
    return lived


async def forgotten(lived: World, guild: int) -> None:
    """Now, and in the second look."""
    await lived.parts.erasure.erase(guild)
    await lived.clock.advance(SECOND_LOOK.total_seconds() + 1)
    assert await lived.parts.erasure.sweep()


async def left_of(store: Store) -> list[str]:
    return sorted(name for name, text in (await everything(store)).items() if NUMBERS.search(f"{name} {text}"))


async def test_nothing_is_left_of_a_guild_that_is_forgotten(store: Store) -> None:
    lived = await both(store)
    assert len(await left_of(store)) > 15

    await forgotten(lived, ONE.id)

    assert await left_of(store) == []


async def test_whatever_is_kept_of_a_guild_is_in_its_file(store: Store) -> None:
    lived = await both(store)

    made = await lived.parts.guild_export.export(ONE.id)

    assert [name for name, each in made.items() if not each] == ["kept_until"]
    text = json.dumps(made)
    assert OTHER.word not in text
    assert str(OTHER.id) not in text
    for secret in (ONE.word * 3, "mac", f"https://{ONE.word}.test/good"):
        assert secret not in text
    assert {each["state"] for each in made["messages"]} == {"sent", "buried", "queued"}
    assert all(each["attempts"] for each in made["webhooks"])


async def test_every_other_guild_keeps_every_byte(server_store: Store) -> None:
    lived = await both(server_store)
    before, dead = await values(server_store), await server_store.dead_letters(9)

    await forgotten(lived, ONE.id)

    after = await values(server_store)
    # By their ids alone nobody sees whose they were.
    by_ids = {keys.DEAD: before.pop(keys.DEAD), keys.ADDED_ORDER: before.pop(keys.ADDED_ORDER)}
    assert all(by_ids.values())
    del before[keys.vendor(f"{ONE.word}.test")]  # a shop's row has no name in it
    assert [name for name in set(before) - set(after) if not NUMBERS.search(f"{name} {before[name]}")] == []
    assert {name for name in set(before) & set(after) if _without(before[name]) != _without(after[name])} == set()
    assert list(await server_store.dead_letters(9)) == [each for each in dead if each.delivery.guild == OTHER.id]


@pytest.mark.parametrize("point", ["drop_product", "bearing"])
async def test_what_a_crash_interrupted_is_finished_by_the_second_look(
    server_store: Store, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived = await both(server_store)
    assert isinstance(server_store, RedisStore)
    link = server_store._link
    run, run_each = link.run, link.run_each

    def dies(script: str) -> None:
        if script == point:
            raise StoreUnavailable("killed here")

    async def dying(script: str, *rest: Any) -> Any:
        dies(script)
        return await run(script, *rest)

    async def dying_each(script: str, *rest: Any) -> Any:
        dies(script)
        return await run_each(script, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(link, "run", dying)
        patch.setattr(link, "run_each", dying_each)
        with pytest.raises(StoreUnavailable):
            await lived.parts.erasure.erase(ONE.id)
    assert await left_of(server_store) != []

    after_restart = world(server_store, lived.clock)
    await lived.clock.advance(SECOND_LOOK.total_seconds() + 1)
    assert await after_restart.parts.erasure.sweep()

    assert await left_of(server_store) == []


async def test_doing_it_again_does_no_harm(store: Store) -> None:
    lived = await both(store)

    for _ in range(2):
        await forgotten(lived, ONE.id)

    assert await left_of(store) == []
    assert {each.sku for each in await store.watches(OTHER.id)} >= {"pi5"}


async def test_a_product_that_others_watch_too_stays_with_its_history(store: Store) -> None:
    lived = await both(store)
    mine = next(each.sku for each in await store.watches(ONE.id) if each.sku != "pi5")
    product = await lived.parts.products.load(mine)
    assert product
    await lived.parts.watches.add(OTHER.id, product, by=OTHER.admin)

    await forgotten(lived, ONE.id)

    assert (await store.snapshot(mine)).listings
    assert await store.watchers(mine) == {OTHER.id}
    assert mine in {each.sku for each in (await store.added_products(0))[1]}


async def test_a_product_that_goes_while_another_process_chooses_it_is_known_again(store: Store) -> None:
    lived = await both(store)
    elsewhere = world(store, lived.clock)
    assert lived.lock
    await store.unlock(lived.lock)
    url = f"https://{ONE.word}.test/{ONE.word}-kept"
    chosen = await elsewhere.parts.additions.propose(OTHER.id, url, by=OTHER.admin)

    await forgotten(lived, ONE.id)
    product, _ = await elsewhere.parts.additions.keep(OTHER.id, chosen.id, by=OTHER.admin)

    assert await lived.parts.products.load(product.sku) is not None
    assert product.sku in {each.sku for each in (await store.added_products(0))[1]}


async def test_only_a_guild_can_be_forgotten_as_one(store: Store) -> None:
    lived = world(store, FakeClock())

    for no_guild in (0, -4711):
        with pytest.raises(BadInput, match="no server's id"):
            await lived.parts.erasure.erase(no_guild)


async def test_the_filler_writes_every_family_of_keys_that_there_is(server_store: Store) -> None:
    await both(server_store)
    names = list(await values(server_store))

    unwritten = [family for family, pattern in _families().items() if not any(map(pattern.fullmatch, names))]

    assert unwritten == [], "a new family of keys: let tests/store/filling.py write it"


def _without(value: Any) -> list[str]:
    """The elements of a value, but for those that name the guild that is forgotten."""
    match value:
        case dict():
            parts = [repr(each) for each in value.items()]
        case (list() as entries, list()):  # a stream and its groups
            parts = [repr(each) for each in entries]
        case list() | set():
            parts = [repr(each) for each in value]
        case _:
            parts = [repr(value)]
    return sorted(each for each in parts if not NUMBERS.search(each))


def _families() -> dict[str, re.Pattern[str]]:
    """What the keys look like that keys.py makes: what its arguments decide may be anything."""
    own = {name: each for name, each in vars(keys).items() if not name.startswith("_")}
    names = [each for each in own.values() if isinstance(each, str) and "*" not in each]
    for make in [each for each in own.values() if getattr(each, "__module__", "") == keys.__name__]:
        if inspect.signature(make).return_annotation == "int | None":  # which tells whose key it is given
            continue
        kinds = [each.annotation for each in inspect.signature(make).parameters.values()]
        made = [make(*(_SAMPLES[kind] for kind in kinds))] if all(kind in _SAMPLES for kind in kinds) else []
        names += [name for each in made for name in ([each] if isinstance(each, str) else each)]
    names += [keys.subscribers("SAMPLE"), keys.subscribers(None, "SAMPLE")]
    # Names of keys alone, for as long as an upgrade goes through them.
    stems = {_SAMPLE.sub("*", name) for name in names if name.startswith("hs:")} - {keys.MIGRATING}
    return {stem: re.compile(re.escape(stem).replace(r"\*", ".+")) for stem in stems}
