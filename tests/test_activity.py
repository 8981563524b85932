"""What the bot has done for a guild: its own figures, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

from alerts.activity import Activity
from alerts.domain.model import ChangeKind, Snapshot
from alerts.domain.trail import Stage, Step, waits
from alerts.domain.wishes import Watch
from alerts.products import Products
from alerts.store.memory import MemoryStore
from alerts.store.ports import Commit
from bot.ui.stats import stats_embed
from tests.fakes import FakeClock
from tests.test_embeds import check
from tests.worlds import MINUTE, SECOND, START, failure, known, offer, product, subscription


def stage(step: Step, seconds: int, change: str = "c1", **more: object) -> Stage:
    facts = {"at": START + seconds * SECOND, "step": step, "guild": 1, "sku": "pi5", "vendor": "Acme",
             "kind": ChangeKind.RESTOCKED, "change": change}  # fmt: skip
    return Stage.model_validate({**facts, **more})


def told(seconds: int, change: str, *, guild: int = 1) -> list[Stage]:
    """A change that was read, and sent so many seconds later."""
    return [
        stage(Step.READ, 0, change, guild=guild),
        stage(Step.SENT, seconds, change, guild=guild, subscription="s1", delivery=f"d{change}{guild}"),
    ]


def test_the_wait_counts_from_the_first_look_that_saw_the_change() -> None:
    stages = [stage(Step.READ, 5), *told(30, "c1"), stage(Step.SENT, 99, delivery="dc11", subscription="s1")]

    assert waits(stages) == [30 * SECOND]


def test_what_was_held_on_purpose_is_not_timed_but_what_was_postponed_is() -> None:
    held, postponed = stage(Step.HELD, 1, "c1", subscription="s1"), stage(Step.POSTPONED, 1, "c2", subscription="s1")

    assert waits([*told(9, "c1"), held, *told(8, "c2"), postponed]) == [8 * SECOND]


def test_a_message_whose_beginning_is_forgotten_is_not_timed() -> None:
    assert waits(told(9, "c1")[1:]) == []


async def filled() -> Activity:
    """Guild 1 watches pi5, which flaps at Acme and cannot be read at Bolt; guild 2 watches the deck."""
    clock = FakeClock(START + 10 * MINUTE)
    store = MemoryStore(clock)
    flaps = known(offer()).model_copy(update={"flapping": START})
    blind = known(offer(), vendor="Bolt").model_copy(update={"failure": failure(), "failures": 6})
    hiccup = known(offer(), vendor="Coil").model_copy(update={"failure": failure(), "failures": 5})
    for guild, sku, listings in ((1, "pi5", (flaps, blind, hiccup)), (2, "deck", (flaps,))):
        await store.add_watch(Watch(guild=guild, sku=sku, added_by=1, added_at=START))
        lock = await store.lock(sku, ttl=MINUTE)
        assert lock
        await store.commit(Commit(lock, Snapshot(sku=sku, scanned_at=START, listings=listings)))
    await store.put_subscription(subscription())
    await store.note_stages([*told(4, "c1"), *told(9, "c2"), *told(30, "c3"), *told(1, "c1", guild=2)])
    return Activity(store=store, products=Products([product("Acme")]), clock=clock, blind_after=6)


async def test_a_guild_sees_its_own_figures_alone() -> None:
    activity = await filled()

    mine, theirs, nobodys = await activity.of(1), await activity.of(2), await activity.of(3)

    assert (mine.products, mine.vendors, mine.alerts, mine.scans_today, mine.sent) == (1, 3, 1, 1, 3)
    assert (mine.quickest, mine.usual, mine.timed) == (4 * SECOND, 9 * SECOND, 3)
    assert [(each.product, each.vendor) for each in mine.flapping] == [("Raspberry Pi 5", "Acme")]
    assert [each.vendor for each in mine.blind] == ["Bolt"]
    assert (theirs.products, theirs.alerts, theirs.sent, theirs.quickest) == (1, 0, 1, SECOND)
    assert (nobodys.products, nobodys.scans_today, nobodys.sent, nobodys.quickest) == (0, 0, 0, None)


async def test_figures_are_said_in_words() -> None:
    embed = stats_embed(await (await filled()).of(1))
    said = {field.name: field.value for field in embed.fields}

    check(embed)
    assert said["Watched"] == "1 product · 3 shops\n1 alert"
    assert said["Today (UTC)"] == "1 scan"
    assert said["Last 30 days"] == "3 alerts sent"
    assert said["From change to message"] == (
        "Quickest 4 s, half within 9 s (3 alerts of the last 14 days; from the first look that saw it)"
    )
    assert (said["Cannot be read"] or "").startswith("**Bolt** · Raspberry Pi 5: the shop blocked us · since <t:")
    assert (said["Keep changing"] or "").startswith("**Acme** · Raspberry Pi 5 · since <t:")


async def test_much_trouble_is_within_discords_limits_and_owned_up_to() -> None:
    found = await (await filled()).of(1)
    many = [found.blind[0]] * 40

    embed = stats_embed(type(found)(**{**_fields(found), "blind": many, "flapping": many}))

    check(embed)
    assert (embed.fields[-1].value or "").endswith("32 more")


async def test_a_day_later_the_scans_of_yesterday_are_not_todays() -> None:
    activity = await filled()
    await activity._clock.advance(timedelta(days=1).total_seconds())  # type: ignore[attr-defined]

    assert (await activity.of(1)).scans_today == 0


def _fields(found: object) -> dict[str, object]:
    return {name: getattr(found, name) for name in found.__dataclass_fields__}  # type: ignore[attr-defined]
