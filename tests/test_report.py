"""The week in figures: true, told once, by one process, and never by half."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.analytics import Analytics
from alerts.domain.deliveries import delivery_for
from alerts.domain.model import Tier
from alerts.domain.report import SENT_AT, WEEK, Report, VendorLine, lines, week_of
from alerts.domain.standing import Standing, StandingState
from alerts.domain.wishes import Watch
from alerts.findings import Findings
from alerts.products import Products
from alerts.report import Reports, Weekly
from alerts.store.memory import MemoryStore
from alerts.store.promises.server import ServerFacts
from alerts.tallying import Tallying
from bot.cli.main import run
from tests.fakes import FakeClock
from tests.test_watchdog import Channel
from tests.worlds import MINUTE, START, change, product, subscription

DAY = timedelta(days=1)
SUNDAY = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Sized(MemoryStore):
    """A store that says how large it is."""

    facts = ServerFacts(bytes_used=10 * 1024**2, keys=1000)

    async def server(self) -> ServerFacts:
        return self.facts


class World:
    def __init__(self) -> None:
        self.clock = FakeClock(SUNDAY)
        self.store, self.channel = Sized(clock=self.clock), Channel(self.clock)
        self.tallying = Tallying(store=self.store, clock=self.clock, vendors=["Acme"])
        self.reports = Reports(
            store=self.store,
            analytics=Analytics(store=self.store, products=Products([product()]), clock=self.clock),
            findings=Findings(
                store=self.store, vendors=["Acme"], every={Tier.HOT: 5 * MINUTE}, silence=10 * MINUTE, since=START
            ),
            clock=self.clock,
        )
        self.one = self.another("one")

    def another(self, name: str) -> Weekly:
        return Weekly(store=self.store, reports=self.reports, tell=self.channel, clock=self.clock, name=name)

    async def pass_by(self, span: timedelta, *by: Weekly) -> None:
        for _ in range(int(span / (10 * MINUTE))):
            await self.clock.advance(600)
            for each in by or (self.one,):
                await each.turn()


@pytest.fixture
def world() -> World:
    return World()


async def test_the_figures_are_those_of_the_last_seven_days(world: World) -> None:
    for guild in (1, 2, 0, -77):
        await world.store.add_watch(Watch(guild=guild, sku="pi5", added_by=5, added_at=START))
    await world.store.schedule("pi5", Tier.HOT, START)
    world.tallying.looked("Acme", "in_stock", 0.5)
    world.tallying.looked("Acme", "blocked", 0.5)
    world.tallying.scanned("pi5", [])
    for result, number in (("sent", 3), ("edited", 2), ("buried", 1)):
        for _ in range(number):
            world.tallying.delivered("channel", result, 2.0 if result == "sent" else None)
    for decision in ("held", "cooldown", "suppressed"):
        world.tallying.decided("restocked", decision)
    await world.tallying.flush()
    await world.clock.advance(6 * 86_400)

    found = await world.reports()

    assert (found.guilds, found.products, found.watches) == (2, 1, 2)
    assert (found.looks, found.failed, found.scans) == (2, 1, 1)
    assert [(each.vendor, each.looks, each.failed) for each in found.vendors] == [("Acme", 2, 1)]
    assert (found.told, found.edited, found.held, found.quiet, found.buried) == (3, 2, 1, 2, 1)
    assert found.message_p95_s == pytest.approx(2.0, rel=0.3)
    assert (found.store_bytes, found.store_keys) == (10 * 1024**2, 1000)

    await world.clock.advance(86_400)
    assert (await world.reports()).looks == 0


async def test_what_needs_a_hand_is_named(world: World) -> None:
    assert (await world.reports()).hands == ()

    world.store.facts = ServerFacts(keeps_log=False)
    delivery = delivery_for(change(), subscription(), product_name="Pi", now=START)
    await world.store.enqueue(delivery)
    target = subscription().target
    await world.clock.advance(600)
    stuck = (await world.reports()).hands
    await world.store.put_standing(Standing(target=target, guild=1, state=StandingState.DISABLED))

    assert [each.split()[0] for each in stuck] == ["Alerts", "The"]
    assert [each.split()[0] for each in (await world.reports()).hands] == ["The", "1"]


async def test_a_week_is_told_once_on_monday_morning(world: World) -> None:
    await world.one.turn()
    await world.pass_by(20 * timedelta(hours=1))
    assert world.channel.texts == []

    await world.pass_by(3 * WEEK)

    assert len(world.channel.said) == 3
    assert "16 November to 22 November 2026" in world.channel.texts[0]
    assert "than a week ago" in world.channel.texts[0]


async def test_several_processes_and_restarts_tell_a_week_once(world: World) -> None:
    await world.pass_by(DAY, world.one, world.another("two"))
    for number in range(6):
        await world.pass_by(timedelta(hours=1), world.another(f"again {number}"))

    assert len(world.channel.said) == 1


async def test_after_a_crash_the_same_is_said_under_the_same_nonce(world: World) -> None:
    await world.one.turn()
    keeping = world.store.set_note
    told: list[str] = []

    async def dies(name: str, text: str) -> None:
        if world.channel.said:  # after it was said, before that is noted
            raise KeyboardInterrupt
        told.append(text)
        await keeping(name, text)

    world.store.set_note = dies  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        await world.pass_by(DAY)
    world.store.set_note = keeping  # type: ignore[method-assign]
    world.tallying.looked("Acme", "in_stock", 0.5)
    await world.tallying.flush()
    await world.pass_by(DAY, world.another("two"))

    assert len(world.channel.said) == 1


async def test_while_discord_is_away_the_report_waits(world: World) -> None:
    await world.one.turn()
    world.channel.is_shut = True
    await world.pass_by(DAY)
    world.channel.is_shut = False
    await world.pass_by(timedelta(hours=1))

    assert len(world.channel.said) == 1


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)))  # noqa: DTZ001 - the same in UTC
def test_a_report_is_due_on_a_monday_at_nine_and_stays_due_for_a_week(now: datetime) -> None:
    week = week_of(now.replace(tzinfo=UTC))

    assert week.weekday() == 0
    assert timedelta(0) <= now - datetime.combine(week, SENT_AT) < WEEK


def report(**more: object) -> Report:
    figures = {name: 10**6 for name in Report.model_fields if Report.model_fields[name].annotation is int}
    facts = {"since": date(2026, 11, 16), "until": date(2026, 11, 22), "vendors": (), "message_p95_s": None}
    return Report.model_validate({**figures, **facts, **more})


def test_a_report_of_much_trouble_still_fits_a_message() -> None:
    shops = tuple(VendorLine(vendor="V" * 64, looks=10**6, failed=10**6, p95_ms=60_000) for _ in range(300))
    away = f"{'V' * 64} cannot be read for 12345 min: 999 looks in a row failed (unreachable)."
    hands = (away,) * 200

    text = "\n".join(lines(report(vendors=shops, hands=hands, message_p95_s=1.0, bytes_before=1)))

    assert len(text) < 1_950
    assert "and 193 more" in text


def test_a_report_of_nothing_says_so() -> None:
    nothing = report(**{name: 0 for name in Report.model_fields if Report.model_fields[name].annotation is int})

    assert lines(nothing)[-1] == "Nothing needs a hand."


@pytest.mark.valkey
def test_the_command_prints_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text("products: []")

    assert run(["report"]) == 0
    assert "Nothing needs a hand." in capfd.readouterr().out
    assert run(["report", "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert found["looks"] == 0
    assert found["store_bytes"] > 100_000
