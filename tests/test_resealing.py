"""A new secret key: all is sealed anew, nothing is lost on the way, and whoever waits for an older one is named."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from alerts.addresses import Addresses
from alerts.api_keys import ApiKeys
from alerts.domain.api_keys import Scope, WholeKey
from alerts.domain.errors import StoreUnavailable
from alerts.domain.wishes import Target
from alerts.resealing import Resealed, Resealing
from alerts.store.memory import MemoryStore
from alerts.store.promises.resealing import SealedText
from alerts.store.seal import KeyRing
from alerts.webhooks.vault import Opened, Vault, new_secret
from bot.doctor.findings import Level
from bot.doctor.sealed import secrets_at_rest
from tests.canary.collecting import MARK
from tests.fakes import FakeClock

HOOK = f"https://discord.com/api/webhooks/7/{MARK}-a-channels-hook"
API = "https://discord.com/api/v10"
KEYS = [Fernet.generate_key().decode() for _ in range(3)]


def key() -> str:
    return Fernet.generate_key().decode()


@dataclass
class House:
    """A store with secrets of several guilds, sealed by whoever was here first."""

    clock: FakeClock = field(default_factory=FakeClock)
    targets: list[tuple[int, Target]] = field(default_factory=list)
    keys: list[WholeKey] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = MemoryStore(clock=self.clock)

    def addresses(self, keys: str) -> Addresses:
        return Addresses(store=self.store, seal=KeyRing(keys), api_base=API)

    def vault(self, keys: str) -> Vault:
        return Vault(store=self.store, seal=KeyRing(keys))

    def api_keys(self, keys: str) -> ApiKeys:
        return ApiKeys(store=self.store, clock=self.clock, pepper=KeyRing(keys))

    async def fill(self, keys: str) -> None:
        for guild in (1, 2):
            self.targets.append((guild, await self.addresses(keys).add(guild, HOOK)))
            await self.vault(keys).put(guild, "hook", Opened(f"https://example.com/{MARK}-path", new_secret()))
        _, text = await self.api_keys(keys).create(1, "robot", scopes=[Scope.READ])
        self.keys.append(text)

    async def reseal(self, keys: str, *, is_dry: bool = False) -> Resealed:
        return await Resealing(store=self.store, keys=KeyRing(keys))(is_dry=is_dry)

    async def opens_with(self, keys: str) -> bool:
        found = [await self.addresses(keys).of(*each) for each in self.targets]
        hooks = [await self.vault(keys).of(guild, "hook") for guild in (1, 2)]
        return found == [HOOK] * len(self.targets) and None not in hooks


async def test_after_a_run_the_new_key_alone_opens_everything() -> None:
    house, old, new = House(), key(), key()
    await house.fill(old)

    found = await house.reseal(f"{new},{old}")

    assert (found.older, found.current, found.lost) == (4, 0, [])
    assert await house.opens_with(new)


async def test_a_second_run_has_nothing_to_do() -> None:
    house, old, new = House(), key(), key()
    await house.fill(old)
    await house.reseal(f"{new},{old}")

    found = await house.reseal(f"{new},{old}")

    assert (found.older, found.current) == (0, 4)


async def test_a_dry_run_counts_and_changes_nothing() -> None:
    house, old, new = House(), key(), key()
    await house.fill(old)
    before = [each async for each in house.store.everything_sealed()]

    found = await house.reseal(f"{new},{old}", is_dry=True)

    assert found.older == 4
    assert [each async for each in house.store.everything_sealed()] == before


@pytest.mark.parametrize("after", range(4))
async def test_a_run_that_was_stopped_is_finished_by_the_next_one(after: int) -> None:
    house, old, new = House(), key(), key()
    await house.fill(old)
    swapped = 0

    class Stops:
        async def swap_sealed(self, before: SealedText, text: str) -> bool:
            nonlocal swapped
            if swapped == after:
                raise StoreUnavailable("away")
            swapped += 1
            return await house.store.swap_sealed(before, text)

        def everything_sealed(self) -> AsyncIterator[SealedText]:
            return house.store.everything_sealed()

        every_api_key = house.store.every_api_key

    with pytest.raises(StoreUnavailable):
        await Resealing(store=Stops(), keys=KeyRing(f"{new},{old}"))(is_dry=False)
    found = await house.reseal(f"{new},{old}")

    assert (found.current, found.older) == (after, 4 - after)
    assert await house.opens_with(new)


async def test_what_somebody_puts_anew_in_the_middle_stays_theirs() -> None:
    house, old, new = House(), key(), key()
    await house.fill(old)
    guild, target = house.targets[0]
    later = KeyRing(new).seal(f"{guild} {target} {HOOK}?newer")

    class Late(KeyRing):
        def open(self, sealed: str) -> str | None:
            house.store._sealed[guild, str(target)] = later  # between reading and writing
            return super().open(sealed)

    await Resealing(store=house.store, keys=Late(f"{new},{old}"))(is_dry=False)

    assert await house.store.sealed(guild, target) == later


async def test_reading_with_an_older_key_takes_nobodys_newer_secret_either() -> None:
    house, old, new = House(), key(), key()
    await house.fill(old)
    newer = KeyRing(new).seal("1 webhook:hook {}")

    class Late(KeyRing):
        def is_current(self, sealed: str) -> bool:
            house.store._hook_secrets[1, "hook"] = newer
            return super().is_current(sealed)

    await Vault(store=house.store, seal=Late(f"{new},{old}")).of(1, "hook")

    assert await house.store.hook_secret(1, "hook") == newer


async def test_without_the_old_key_everything_is_lost_and_named_and_left_alone() -> None:
    house, old, new = House(), key(), key()
    await house.fill(old)

    found = await house.reseal(new)

    assert (found.older, found.current) == (0, 0)
    assert sorted(map(str, found.lost)) == [
        "webhook hook of server 1", "webhook hook of server 2", "webhook:7 of server 1", "webhook:7 of server 2",
    ]  # fmt: skip
    assert [each.id for each in found.dead] == [house.keys[0][8:16]]
    assert await house.opens_with(f"{new},{old}")


async def test_an_api_key_waits_for_its_next_use_and_works_all_the_while() -> None:
    house, old, new = House(), key(), key()
    await house.fill(old)
    both = f"{new},{old}"

    assert len((await house.reseal(both)).waiting) == 1
    assert await house.api_keys(both).check(house.keys[0])
    found = await house.reseal(both)

    assert (found.api_keys, found.waiting, found.dead) == (1, [], [])
    assert await house.api_keys(new).check(house.keys[0])


async def test_an_api_key_that_was_made_before_marks_has_one_after_its_next_use() -> None:
    house, only = House(), key()
    await house.fill(only)
    [made] = await house.store.api_keys(1)
    house.store._api_keys[made.id] = made.model_copy(update={"pepper": ""}), float("inf")

    assert len((await house.reseal(only)).waiting) == 1
    assert await house.api_keys(only).check(house.keys[0])
    assert (await house.reseal(only)).api_keys == 1


async def test_a_mark_tells_nothing_of_the_key() -> None:
    house, only = House(), key()
    await house.fill(only)
    [made] = await house.store.api_keys(1)

    assert len(made.pepper) == 12
    assert made.pepper not in made.mac
    assert made.pepper not in only


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=6))
async def test_whatever_order_keys_come_in_nothing_is_lost_while_all_are_known(order: list[str]) -> None:
    ring = dict(zip("abc", KEYS, strict=True))
    house = House()
    await house.fill(ring[order[0]])
    for newest in order:
        keys = ",".join([ring[newest], *(text for name, text in ring.items() if name != newest)])
        assert (await house.reseal(keys)).lost == []
        assert await house.api_keys(keys).check(house.keys[0])
        await house.clock.advance(2)  # in which nothing is remembered

    assert await house.opens_with(ring[order[-1]])
    assert await house.api_keys(ring[order[-1]]).check(house.keys[0])


async def test_the_doctor_says_what_a_wrong_an_older_and_the_right_key_mean() -> None:
    house, old, new = House(), key(), key()
    await house.fill(old)

    wrong = secrets_at_rest(await house.reseal(new, is_dry=True))
    older = secrets_at_rest(await house.reseal(f"{new},{old}", is_dry=True))
    right = secrets_at_rest(await house.reseal(old, is_dry=True))

    assert [each.level for each in wrong] == [Level.FAIL, Level.FAIL]
    assert "HS_SECRET_KEY" in wrong[0].cure
    assert [(each.level, each.cure) for each in older] == [(Level.WARN, "hardware-sentry secrets rotate")]
    assert [each.seen for each in right] == ["4 secrets and 1 API keys, all under the newest key"]
