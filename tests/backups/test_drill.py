"""The drill: a community is backed up, lost and restored, and nobody is told anything that is not so."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from alerts.backups.making import back_up
from alerts.backups.moving import move
from alerts.backups.reading import Reading
from alerts.backups.restoring import restore
from alerts.domain.errors import BadInput, StoreError
from alerts.domain.model import ChangeKind
from alerts.store.promises.archive import Unit
from alerts.store.redis.archive import RedisArchive
from alerts.store.redis.store import RedisStore
from tests.backups.community import ADMIN, DEALS, ONE, OTHER, PERSON, PI, SERVICE, TWO, Community
from tests.backups.contents import kept_in
from tests.fakes import FakeClock
from tests.worlds import IN, MINUTE, OUT, offer

pytestmark = pytest.mark.valkey
WHO: dict[str, Any] = {"clock": FakeClock(), "version": "9"}


async def back_up_of(url: str, file: Path, **more: Any) -> None:
    async with RedisArchive(url) as archive:
        await back_up(archive, file, **WHO, **more)


async def restored_into(url: str, file: Path, **more: Any) -> None:
    async with RedisArchive(url) as archive:
        await restore(archive, file, **more)


async def test_what_was_lost_is_there_again_and_the_next_change_is_told_once(
    home: str, anywhere: str, file: Path
) -> None:
    secret = Fernet.generate_key().decode()
    async with RedisStore(home) as store:
        before = Community(store, secret)
        key = await before.settle_in()
        told = await before.turn()
        before_it = await kept_in(home)
    assert ("restocked", str(DEALS)) in told
    await back_up_of(home, file)

    await restored_into(anywhere, file)

    assert await kept_in(anywhere) == before_it
    async with RedisStore(anywhere) as store:
        after = Community(store, secret, before.clock)
        assert await after.keys.check(key)
        (service,) = [each.target for each in await after.subscriptions.list(ONE) if each.target != DEALS]
        assert await after.addresses.of(ONE, service) == SERVICE
        await after.clock.advance(7 * 24 * 3600)
        await after.look(offer(IN, "40"))  # the shop has changed meanwhile
        await after.look(offer(IN, "40"))
        assert await after.turn() == []
        await after.look(offer(OUT, "40"))
        await after.look(offer(IN, "40"))
        restocks = [each for each in await after.turn() if each[0] == ChangeKind.RESTOCKED]
    places = [place for _, place in restocks]
    assert places == sorted([str(DEALS), str(OTHER), f"dm:{PERSON}", *_services(told)])


def _services(told: list[tuple[str, str]]) -> list[str]:
    return sorted({place for _, place in told if place.startswith("webhook")})


async def test_what_was_on_its_way_is_not_told_after_a_restore(home: str, away: str, file: Path) -> None:
    async with RedisStore(home) as store:
        community = Community(store, Fernet.generate_key().decode())
        await community.settle_in()
        told = await community.turn()
        await community.look(offer(IN, "90"))  # committed, and spread to nobody yet
    await back_up_of(home, file)

    await restored_into(away, file)

    async with RedisStore(away) as store:
        assert await Community(store, Fernet.generate_key().decode(), community.clock).turn() == []
    assert told


async def test_a_backup_of_any_store_is_the_same(home: str, anywhere: str, file: Path) -> None:
    async with RedisStore(home) as store:
        await Community(store, Fernet.generate_key().decode()).settle_in()
    async with RedisArchive(home) as source, RedisArchive(anywhere) as target:
        await move(source, target)
    await back_up_of(home, file)
    other = file.with_name("other.hsb")

    await back_up_of(anywhere, other)

    def units(of: Path) -> list[Unit]:
        return sorted((unit for unit, _ in Reading(of, None).units()), key=lambda unit: unit.name)

    assert units(other) == units(file)


async def test_no_secret_is_in_a_backup_that_is_not_encrypted(home: str, file: Path) -> None:
    async with RedisStore(home) as store:
        key = await Community(store, Fernet.generate_key().decode()).settle_in()

    await back_up_of(home, file)

    text = gzip.decompress(file.read_bytes()).decode()  # noqa: ASYNC240 - a small file
    assert f'"hs:{{g{ONE}}}:sealed"' in text
    assert [secret for secret in (key, SERVICE.rpartition("/")[2], "canary-of-the-address") if secret in text] == []


async def test_a_restore_shows_what_the_backup_knew(home: str, away: str, file: Path) -> None:
    async with RedisStore(home) as store:
        await Community(store, Fernet.generate_key().decode()).settle_in()
        (before,) = (await store.snapshot(PI.sku)).listings
    await back_up_of(home, file)

    await restored_into(away, file)

    async with RedisStore(away) as store:
        (after,) = (await store.snapshot(PI.sku)).listings
    assert (after.offer, after.since, after.observed_at) == (before.offer, before.since, before.observed_at)
    assert after.restored


async def test_a_member_can_be_forgotten_after_a_restore(home: str, away: str, file: Path) -> None:
    async with RedisStore(home) as store:
        await Community(store, Fernet.generate_key().decode()).settle_in()
    await back_up_of(home, file)

    await restored_into(away, file)

    async with RedisStore(away) as store:
        assert await store.traces(ADMIN) == {ONE, TWO}
        assert await store.watchers(PI.sku) == {ONE, TWO, -PERSON}


async def test_an_increment_and_its_full_backup_are_the_newest_state(home: str, away: str, file: Path) -> None:
    later = file.with_name("later.hsb")
    async with RedisStore(home) as store:
        community = Community(store, Fernet.generate_key().decode())
        await community.settle_in()
        await back_up_of(home, file)
        await community.subscriptions.remove(TWO, (await community.subscriptions.list(TWO))[0].id)
        for product in ("pi5", "deck"):
            await store.remove_watch(TWO, product)
        await community.guilds.change(ONE, currency="EUR")
        async with RedisArchive(home) as archive:
            made = await back_up(archive, later, since=file, **WHO)
        now = await kept_in(home)

    await restored_into(away, later)

    assert await kept_in(away) == now
    assert made.units == 2, "the two servers that changed"


async def test_a_store_that_is_not_empty_is_left_alone(home: str, away: str, file: Path) -> None:
    async with RedisStore(home) as store, RedisStore(away) as other:
        await Community(store, Fernet.generate_key().decode()).settle_in()
        community = Community(other, Fernet.generate_key().decode())
        await community.watches.add(5, PI, by=ADMIN)
    await back_up_of(home, file)
    before = await kept_in(away)

    with pytest.raises(BadInput, match=r"is not empty \(1 servers\): add --replace"):
        await restored_into(away, file)

    assert await kept_in(away) == before
    await restored_into(away, file, replace=True)
    assert await kept_in(away) == await kept_in(home)


async def test_a_dry_run_changes_nothing(home: str, away: str, file: Path) -> None:
    async with RedisStore(home) as store:
        await Community(store, Fernet.generate_key().decode()).settle_in()
    await back_up_of(home, file)

    await restored_into(away, file, dry_run=True)

    assert await kept_in(away) == {}


async def test_a_store_that_a_bot_works_on_is_left_alone(home: str, away: str, file: Path) -> None:
    await back_up_of(home, file)
    async with RedisStore(away) as store:
        await store.lead("deliver", "a bot", ttl=MINUTE)

    with pytest.raises(BadInput, match=r"A bot works on the store at .*: stop it, .*; if it was killed, in 60 seconds"):
        await restored_into(away, file, replace=True)


class Dying(RedisArchive):
    """It is killed when it has put so many units."""

    left = 0

    async def put(self, units: Sequence[Unit]) -> None:
        for unit in units:
            if not self.left:
                raise KilledError
            self.left -= 1
            await super().put([unit])


class KilledError(Exception):
    """The process has ended."""


async def test_no_bot_starts_on_half_a_restore_and_doing_it_again_makes_it_whole(
    home: str, away: str, file: Path
) -> None:
    async with RedisStore(home) as store:
        await Community(store, Fernet.generate_key().decode()).settle_in()
    await back_up_of(home, file)
    for left in (0, 1, 3, 6):
        async with Dying(away) as archive:
            archive.left = left
            with pytest.raises(KilledError):
                await restore(archive, file)

        with pytest.raises(StoreError, match="has begun and not come to its end: run hardware-sentry restore"):
            await RedisStore(away).__aenter__()

    await restored_into(away, file)

    assert await kept_in(away) == await kept_in(home)
