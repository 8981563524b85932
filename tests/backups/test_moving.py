"""A community moves to another store: nothing is lost on the way, nothing told twice, and what is there stays."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from alerts.backups.moving import Moved, move
from alerts.domain.catalogue import url_product
from alerts.domain.errors import BadInput
from alerts.store import keys
from alerts.store.promises.archive import Unit
from alerts.store.redis.archive import RedisArchive
from alerts.store.redis.store import RedisStore
from tests.backups.community import ADMIN, DECK, ONE, PAGE, PERSON, PI, TWO, Community
from tests.backups.contents import all_in
from tests.worlds import IN, MINUTE, OUT, offer

pytestmark = pytest.mark.valkey
SECRET = Fernet.generate_key().decode()


async def moved(home: str, away: str, *, dry_run: bool = False) -> Moved:
    async with RedisArchive(home) as source, RedisArchive(away) as target:
        return await move(source, target, dry_run=dry_run)


async def settled(url: str) -> Community:
    """A community that has settled in there and whose bot has stopped."""
    async with RedisStore(url) as store:
        community = Community(store, SECRET)
        await community.settle_in()
    return community


async def test_everything_comes_along(home: str, anywhere: str) -> None:
    await settled(home)

    found = await moved(home, anywhere)

    assert await all_in(anywhere) == await all_in(home)
    assert found.conflicts == []
    assert found.kinds == {"servers": 2, "persons": 1, "products": 3, "added products": 1, "API keys": 1}


async def test_news_on_its_way_is_told_once_at_the_new_place(home: str, away: str) -> None:
    community = await settled(home)
    async with RedisStore(home) as store:
        here = Community(store, SECRET, community.clock)
        await here.look(offer(IN, "90"))
        restocked = len(await here.turn())
        assert restocked
        await here.look(offer(OUT, "90"))
        await here.turn()
        await here.look(offer(IN, "80"))  # committed, and spread to nobody yet

    await moved(home, away)

    async with RedisStore(away) as store:
        there = Community(store, SECRET, community.clock)
        first = await there.turn()
        assert len([kind for kind, _ in first if kind == "restocked"]) == restocked
        assert await there.turn() == first


async def test_what_changed_while_it_moved_is_told_once(home: str, away: str) -> None:
    community = await settled(home)

    await moved(home, away)

    async with RedisStore(away) as store:
        there = Community(store, SECRET, community.clock)
        await there.look(offer(IN))
        assert len([kind for kind, _ in await there.turn() if kind == "restocked"]) == 4


async def test_a_message_that_lives_goes_on_living(home: str, away: str) -> None:
    async with RedisStore(home) as store:
        here = Community(store, SECRET)
        await here.settle_in()
        await here.look(offer(IN, "90"))
        await here.turn()

    await moved(home, away)

    async with RedisStore(away) as store:
        there = Community(store, SECRET, here.clock)
        await there.look(offer(OUT, "90"))
        await there.turn()
        assert [each.closed_at is not None for each in there.mailbox.edits] == [True] * 4


async def test_what_is_there_stays_and_is_named(home: str, away: str) -> None:
    await settled(home)
    async with RedisStore(away) as store:
        other = Community(store, SECRET)
        await other.guilds.change(ONE, currency="JPY")
        await other.watches.add(9, DECK, by=ADMIN)
        await store.set_floor("pi5", DECK.tier)
    before = await all_in(away)

    found = await moved(home, away)

    after = await all_in(away)
    assert {key: after[key] for key in before if keys.tag(key) in (f"g{ONE}", "g9")} == {
        key: before[key] for key in before if keys.tag(key) in (f"g{ONE}", "g9")
    }
    assert list(found.conflicts) == [f"server {ONE}"]
    async with RedisStore(away) as store:
        assert await store.watchers(DECK.sku) == {TWO, 9}
        assert {each.sku for each in await store.watches(TWO)} >= {PI.sku, DECK.sku}


async def test_moving_twice_is_moving_once(home: str, away: str) -> None:
    await settled(home)
    await moved(home, away)
    before = await all_in(away)

    assert (await moved(home, away)).conflicts == []

    assert await all_in(away) == before


async def test_cut_off_and_done_again_it_is_whole(home: str, away: str) -> None:
    await settled(home)
    for left in (0, 2, 5, 9, 20):
        async with RedisArchive(home) as source, Dying(away) as target:
            target.left = left
            with pytest.raises(KilledError):
                await move(source, target)

    found = await moved(home, away)

    assert found.conflicts == []
    assert await all_in(away) == await all_in(home)


class KilledError(Exception):
    """The process has ended."""


class Dying(RedisArchive):
    """It is killed when it has joined so many units, in the middle of the next one: its indexes are there."""

    left = 0

    async def join(self, unit: Unit) -> None:
        if not self.left:
            raise KilledError
        self.left -= 1
        await super().join(unit)


async def test_a_dry_run_says_the_same_and_changes_nothing(home: str, away: str) -> None:
    await settled(home)
    async with RedisStore(away) as store:
        await Community(store, SECRET).guilds.change(ONE, currency="JPY")
    before = await all_in(away)

    would = await moved(home, away, dry_run=True)

    assert await all_in(away) == before
    assert would == await moved(home, away)


async def test_an_address_that_has_another_name_there_takes_that_name(home: str, away: str) -> None:
    community = await settled(home)
    theirs = url_product(PAGE, name="GPU", vendor=None, at=community.clock.now())
    async with RedisStore(away) as store:
        await store.add_product(theirs)

    found = await moved(home, away)

    (ours,) = [each for each in community.products if each.name.startswith("Graphics")]
    assert found.conflicts == [f"product {theirs.sku}, here {ours.sku}"]
    async with RedisStore(away) as store:
        assert theirs.sku in {each.sku for each in await store.watches(TWO)}
        assert await store.watchers(theirs.sku) == {TWO}
        assert await store.watchers(ours.sku) == frozenset()
        assert (await store.snapshot(theirs.sku)).listings
        assert [name for name in await all_in(away) if ours.sku in name] == []


@pytest.mark.parametrize("side", ["home", "away"])
async def test_nothing_moves_while_a_bot_works_on_either(home: str, away: str, side: str) -> None:
    async with RedisStore({"home": home, "away": away}[side]) as store:
        await store.lead("deliver", "a bot", ttl=MINUTE)

    with pytest.raises(BadInput, match=r"stop it, .*; if it was killed, in 60 seconds\. Nothing was moved"):
        await moved(home, away)


async def test_a_person_is_known_there_as_here(home: str, away: str) -> None:
    await settled(home)

    await moved(home, away)

    async with RedisStore(away) as store:
        assert [each.sku for each in await store.subscriptions(-PERSON)] == [PI.sku]
        assert await store.traces(ADMIN) == {ONE, TWO}
