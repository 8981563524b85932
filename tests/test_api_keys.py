"""API keys open one guild each, are seen once, and are not in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from alerts.api_keys import ApiKeys
from alerts.domain.api_keys import ANONYMOUS_SCANS, OVERLAP, ApiKey, Plan, Scope, id_in, written
from alerts.domain.errors import BadInput, NotFound, StoreUnavailable
from alerts.domain.limits import Allowance
from alerts.store.memory import MemoryStore
from alerts.store.seal import KeyRing
from tests.fakes import FakeClock

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
OLD, NEW = "A" * 43 + "=", "B" * 43 + "="
BOTH = (Scope.READ, Scope.SCAN)


class Desk:
    """Keys over a dictionary, and what there is to look at."""

    def __init__(self, ring: KeyRing | None = None, *, per_guild: int = 10) -> None:
        self.clock = FakeClock()
        self.store = MemoryStore(clock=self.clock)
        self.per_guild = per_guild
        self.keys = self.under(ring or KeyRing(OLD))

    def under(self, ring: KeyRing) -> ApiKeys:
        return ApiKeys(store=self.store, clock=self.clock, pepper=ring, per_guild=self.per_guild)

    async def made(self, guild: int = 1, name: str = "robot", **more: object) -> tuple[ApiKey, str]:
        return await self.keys.create(guild, name, scopes=BOTH, **more)  # type: ignore[arg-type]


def test_the_plans_are_what_is_promised() -> None:
    plans = {plan: plan.allowances for plan in Plan}

    assert [each.requests for each in plans.values()] == [Allowance(n, MINUTE) for n in (20, 100, 500)]
    assert [each.fresh_scans for each in plans.values()] == [Allowance(n, HOUR) for n in (10, 100, 1000)]
    assert [each.history for each in plans.values()] == [7 * DAY, 90 * DAY, None]
    assert Allowance(5, MINUTE) == ANONYMOUS_SCANS


async def test_a_new_key_opens_its_guild_and_what_it_is_for() -> None:
    desk = Desk()
    key, text = await desk.made(guild=42, plan=Plan.PRO)

    found = await desk.keys.check(text)

    assert found is not None
    assert (found.id, found.guild, found.plan, found.scopes) == (key.id, 42, Plan.PRO, BOTH)
    assert found.allows(Scope.SCAN)
    assert not found.allows(Scope.MANAGE)
    assert not found.is_operators
    assert id_in(text) == key.id


async def test_a_key_of_the_operators_list_is_the_operators() -> None:
    assert (await Desk().made(guild=0))[0].is_operators


async def test_a_key_lies_in_memory_as_a_digest_and_nowhere_in_what_is_printed() -> None:
    desk = Desk()
    key, text = await desk.made()
    secret = text.rpartition("_")[2]

    assert secret not in repr(vars(desk.store))
    assert secret not in repr(key) + key.shown + str(key)
    assert key.mac not in repr(key)


async def test_no_log_line_has_a_key_in_it() -> None:
    desk = Desk(KeyRing(f"{NEW},{OLD}"))
    with structlog.testing.capture_logs() as lines:
        key, text = await desk.made()
        await desk.keys.check(text)
        await desk.keys.check(text[:-1] + "x")
        await desk.keys.rotate(1, key.id)

    assert text.rpartition("_")[2] not in repr(lines)


async def test_any_other_text_opens_nothing() -> None:
    desk = Desk()
    key, text = await desk.made()
    flipped = text[:-1] + ("a" if text[-1] != "a" else "b")

    wrong = [flipped, text[:-1], text + "a", f" {text}", f"{text}\n", text.lower(), text.replace("_live_", "_test_")]
    wrong += ["", "hs_live_", "hs_live_é234567_" + "x" * 32, key.id, written("nobodys2", "x" * 32)]
    for each in wrong:
        assert await desk.keys.check(each) is None, each


@given(st.text(max_size=60))
async def test_whatever_is_sent_as_a_key_is_answered(text: str) -> None:
    assert await Desk().keys.check(text) is None


async def test_an_unknown_key_is_compared_all_the_same() -> None:
    """So that the time it takes does not tell whether there is such a key."""
    counted = Counting()
    clock = FakeClock()
    keys = ApiKeys(store=MemoryStore(clock=clock), clock=clock, pepper=counted)
    _, text = await keys.create(1, "robot", scopes=BOTH)
    counted.asked = 0

    await keys.check(text[:-1] + "?")
    assert counted.asked == 0
    await keys.check(written("nobodys2", "x" * 32))
    assert counted.asked == 1
    await keys.check(text)
    assert counted.asked == 2


async def test_a_key_expires_and_is_listed_as_such_for_a_month() -> None:
    desk = Desk()
    key, text = await desk.made(expires_in=DAY)
    await desk.clock.advance(DAY.total_seconds() - 1)
    assert await desk.keys.check(text)

    await desk.clock.advance(1)

    assert await desk.keys.check(text) is None
    assert [each.id for each in await desk.keys.list(1)] == [key.id]
    with pytest.raises(BadInput, match="has expired: create a new one"):
        await desk.keys.rotate(1, key.id)
    await desk.clock.advance(31 * DAY.total_seconds())
    assert await desk.keys.list(1) == []


async def test_a_replaced_key_works_for_another_day_beside_its_successor() -> None:
    desk = Desk()
    old, old_text = await desk.made(plan=Plan.ENTERPRISE, expires_in=90 * DAY)

    new, new_text = await desk.keys.rotate(1, old.id)

    assert (new.name, new.plan, new.scopes, new.expires_at) == (old.name, old.plan, old.scopes, old.expires_at)
    assert new.id != old.id
    await desk.clock.advance(OVERLAP.total_seconds() - 1)
    assert await desk.keys.check(old_text)
    assert await desk.keys.check(new_text)
    await desk.clock.advance(1)
    assert await desk.keys.check(old_text) is None
    assert await desk.keys.check(new_text)
    assert [each.id for each in await desk.keys.list(1)] == [new.id]


async def test_a_key_is_replaced_once() -> None:
    desk = Desk()
    key, _ = await desk.made()
    await desk.keys.rotate(1, key.id)

    with pytest.raises(BadInput, match="replaced already"):
        await desk.keys.rotate(1, key.id)

    assert len(await desk.keys.list(1)) == 2


async def test_a_revoked_key_opens_nothing_at_once_and_a_replaced_one_can_be_revoked_early() -> None:
    desk = Desk()
    key, text = await desk.made()
    await desk.keys.rotate(1, key.id)

    await desk.keys.revoke(1, key.id)

    assert await desk.keys.check(text) is None
    assert key.id not in [each.id for each in await desk.keys.list(1)]


@pytest.mark.parametrize("verb", ["rotate", "revoke"])
async def test_somebody_elses_key_looks_like_one_that_never_was(verb: str) -> None:
    desk = Desk()
    theirs, text = await desk.made(guild=2)
    said = set()
    for each in (theirs.id, "nobodys2", text, "", "é", "x" * 500, "a b"):
        with pytest.raises(NotFound) as refused:
            await getattr(desk.keys, verb)(1, each)
        said.add(str(refused.value))

    assert len(said) == 1
    assert await desk.keys.check(text)
    assert await desk.keys.list(1) == []


async def test_a_guild_has_so_many_keys_and_hears_what_to_do() -> None:
    desk = Desk(per_guild=2)
    for _ in range(2):
        await desk.made()

    with pytest.raises(BadInput, match=r"2 API keys here already, .* revoke one first"):
        await desk.made()

    await desk.made(guild=2)
    await desk.keys.revoke(1, (await desk.keys.list(1))[0].id)
    await desk.made()


@pytest.mark.parametrize(
    ("name", "scopes", "span", "said"),
    [(" \n\u200b", BOTH, None, "a name"), ("x", (), None, "a scope"), ("x", BOTH, timedelta(0), "expire before"),
     ("x", BOTH, timedelta.max, "longer than anybody waits")],
)  # fmt: skip
async def test_what_makes_no_key_is_said(name: str, scopes: Sequence[Scope], span: timedelta | None, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        await Desk().keys.create(1, name, scopes=scopes, expires_in=span)


async def test_use_is_noted_at_most_once_a_minute() -> None:
    desk = Desk()
    _, text = await desk.made()

    async def last_used() -> object:
        return (await desk.keys.list(1))[0].last_used_at

    assert await last_used() is None
    first = desk.clock.now()
    for _ in range(5):
        await desk.keys.check(text)
        await desk.clock.advance(11)
    assert await last_used() == first
    await desk.clock.advance(5)
    await desk.keys.check(text)
    assert await last_used() == first + MINUTE


async def test_a_key_opens_though_its_use_cannot_be_noted() -> None:
    desk = Desk()
    _, text = await desk.made()

    async def away(key_id: str, at: object) -> None:
        raise StoreUnavailable("away")

    desk.store.note_api_key_used = away  # type: ignore[assignment,method-assign]

    assert await desk.keys.check(text)


async def test_a_key_lives_through_a_change_of_the_secret_key() -> None:
    desk = Desk(KeyRing(OLD))
    _, text = await desk.made()

    assert await desk.under(KeyRing(f"{NEW},{OLD}")).check(text)  # and is kept under the new one from now on
    assert await desk.under(KeyRing(NEW)).check(text)
    assert await desk.under(KeyRing(OLD)).check(text) is None


async def test_without_a_secret_key_none_is_made_and_the_cure_is_said() -> None:
    desk = Desk(KeyRing())

    with pytest.raises(BadInput, match="set HS_SECRET_KEY"):
        await desk.made()

    assert await desk.keys.check(written("nobodys2", "x" * 32)) is None


async def test_beside_the_bundled_store_the_secret_key_is_made_on_the_first_need(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    desk = Desk(KeyRing(file=file))
    assert await desk.keys.check(written("nobodys2", "x" * 32)) is None
    assert not file.exists()

    _, text = await desk.made()

    assert file.stat().st_mode & 0o777 == 0o600
    assert await desk.under(KeyRing(file=file)).check(text)


def test_what_keys_are_kept_under_is_not_what_addresses_are_sealed_with() -> None:
    ring = KeyRing(OLD)

    assert len({ring.derive("api keys"), ring.derive("something else"), b"\0" * 32}) == 3
    assert ring.derive("api keys") == KeyRing(OLD).derive("api keys")
    assert len(ring.derive("api keys")) == 32


class Counting(KeyRing):
    """Counts how often somebody wanted something to compare with."""

    def __init__(self) -> None:
        super().__init__(OLD)
        self.asked = 0

    def derivations(self, purpose: str) -> Sequence[bytes]:
        self.asked += 1
        return super().derivations(purpose)


async def test_a_key_that_was_just_checked_is_not_asked_for_again_for_a_second() -> None:
    desk = Desk()
    _, text = await desk.made()
    asked, read = list[str](), desk.store.api_key

    async def counted(key_id: str) -> ApiKey | None:
        asked.append(key_id)
        return await read(key_id)

    assert await desk.keys.check(text)  # which notes the use
    desk.store.api_key = counted  # type: ignore[method-assign]
    for _ in range(5):
        assert await desk.keys.check(text)
        assert await desk.keys.check(text[:-1] + ("A" if text[-1] != "A" else "B")) is None

    assert asked == []
    await desk.clock.advance(1)
    assert await desk.keys.check(text)
    assert len(asked) == 1


async def test_what_is_revoked_here_opens_nothing_at_once_and_elsewhere_within_a_second() -> None:
    desk = Desk()
    (key, text), elsewhere = await desk.made(), desk.under(KeyRing(OLD))
    assert await desk.keys.check(text)
    assert await elsewhere.check(text)

    await desk.keys.revoke(1, key.id)

    assert await desk.keys.check(text) is None
    await desk.clock.advance(1)
    assert await elsewhere.check(text) is None


async def test_a_key_that_has_expired_opens_nothing_though_it_was_just_checked() -> None:
    desk = Desk()
    _, text = await desk.made(expires_in=timedelta(seconds=0.5))
    assert await desk.keys.check(text)

    await desk.clock.advance(0.5)

    assert await desk.keys.check(text) is None
