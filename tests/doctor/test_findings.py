"""Checks are run each alone: one that fails, hangs or breaks takes nothing from the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.errors import StoreUnavailable
from alerts.settings.web import WebSection
from alerts.store.vitals import Schema, Vitals, percentile
from bot.doctor import configuration, machine, memory
from bot.doctor.findings import Check, Finding, Level, Look, examine, fail, fine, warn
from tests.fakes import FakeClock

VITALS = Vitals("here", "Valkey", "9.1.2", (7, 2, 4), False, True, "", "noeviction", 10, 0, timedelta(0))


def says(*found: Finding) -> Look:
    async def look() -> Sequence[Finding]:
        return found

    return look


def breaks(exc: Exception) -> Look:
    async def look() -> Sequence[Finding]:
        raise exc

    return look


async def hangs() -> Sequence[Finding]:
    await asyncio.Event().wait()
    return []


async def run(*checks: Check) -> list[tuple[str, Level]]:
    return [(each.check, each.level) async for each in examine(checks)]


async def test_one_check_never_hides_another() -> None:
    found = await run(
        Check("broken", breaks(ZeroDivisionError("by zero"))),
        Check("hanging", hangs, limit=0.01),
        Check("away", breaks(StoreUnavailable("The store does not answer: start it."))),
        Check("fine", says(fine("all is well"), warn("nearly", "do"))),
    )

    assert found == [("broken", Level.FAIL), ("hanging", Level.FAIL), ("away", Level.FAIL), ("fine", Level.FINE),
                     ("fine", Level.WARN)]  # fmt: skip


async def test_what_has_nothing_to_look_at_is_skipped_and_says_why() -> None:
    checks = [Check("token", says(fail("refused", "mend"))), Check("channels", hangs, needs=("token",)),
              Check("roles", hangs, needs=("channels",)), Check("disk", says(fine("room")))]  # fmt: skip

    found = [each async for each in examine(checks)]

    assert [each.level for each in found] == [Level.FAIL, Level.SKIPPED, Level.SKIPPED, Level.FINE]
    assert "token failed" in found[1].seen


@pytest.mark.parametrize(
    ("change", "level", "said"),
    [
        ({}, Level.FINE, "no limit of its own"),
        ({"compatible": (6, 2, 14)}, Level.FAIL, "too old"),
        ({"keeps_log": False}, Level.FAIL, "forgets at a restart"),
        ({"keeps_log": None, "policy": None}, Level.FINE, ""),
        ({"policy": "allkeys-lru"}, Level.FAIL, "allkeys-lru"),
        ({"trouble": "aof_last_write_status err"}, Level.FAIL, "aof_last_write_status err"),
        ({"is_replica": True}, Level.FAIL, "replica"),
        ({"used": 90 << 20, "most": 100 << 20}, Level.WARN, "90.0 MiB of 100.0 MiB"),
        ({"used": 79 << 20, "most": 100 << 20}, Level.FINE, "79.0 MiB of 100.0 MiB"),
    ],
)
def test_a_store_is_told_by_what_would_lose_alerts(change: dict[str, object], level: Level, said: str) -> None:
    vitals = [replace(VITALS, **change)]  # type: ignore[arg-type]
    found = [*memory.servers(vitals), *memory.keeping(vitals)]

    worst = next((each for each in found if each.level is not Level.FINE), found[-1])
    assert (worst.level, said in worst.seen) == (level, True)
    assert (worst.cure != "") == (level is not Level.FINE)


@pytest.mark.parametrize(
    ("ahead", "level"),
    [
        (0.5, Level.FINE),
        (-1.9, Level.FINE),
        (2.0, Level.WARN),
        (-59.0, Level.WARN),
        (60.0, Level.FAIL),
        (-3600, Level.FAIL),
    ],
)
def test_a_clock_that_is_off_is_said_so_in_either_direction(ahead: float, level: Level) -> None:
    found = memory.skew(timedelta(seconds=ahead), "its clock")

    assert found.level is level
    assert ("ahead of" if ahead > 0 else "behind") in found.seen


@given(st.lists(st.floats(0, 10), min_size=1), st.sampled_from([50, 99]))
def test_a_percentile_is_one_of_the_times_with_so_many_below_it(times: list[float], percent: int) -> None:
    found = percentile(sorted(times), percent)

    assert found in times
    assert sum(each <= found for each in times) * 100 >= percent * len(times)


@pytest.mark.parametrize(
    ("schema", "level"),
    [(Schema(None, 1, None, 1), Level.FINE), (Schema(1, 1, 1, 1), Level.FINE), (Schema(2, 1, 1, 1), Level.FAIL),
     (Schema(1, 1, 16, 1), Level.FAIL)],
)  # fmt: skip
def test_what_a_newer_version_wrote_is_left_alone(schema: Schema, level: Level) -> None:
    assert [each.level for each in memory.schema(schema)] == [level]


@pytest.mark.parametrize(
    ("noted", "level", "said"),
    [(None, Level.WARN, "no backup"), ("2026-11-22T01:00:00+00:00", Level.FINE, "11 hours old"),
     ("2026-11-19T12:00:00+00:00", Level.WARN, "72 hours old")],
)  # fmt: skip
def test_a_backup_is_told_by_its_age(noted: str | None, level: Level, said: str) -> None:
    [found] = memory.backup(noted, FakeClock().now())

    assert (found.level, said in found.seen) == (level, True)


def test_slow_pings_are_a_warning() -> None:
    assert memory.latency([0.001] * 100)[0].level is Level.FINE
    assert memory.latency([0.001] * 98 + [0.2] * 2)[0].level is Level.WARN
    assert memory.latency([0.02] * 100)[0].level is Level.WARN


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"host": "0.0.0.0"}, ["in plain http"]),
        ({"public_metrics": True}, ["/metrics is shown to anybody"]),
        ({"public_url": "https://sentry.example.com"}, ["share one limit", "cannot sign in"]),
        ({"public_url": "https://sentry.example.com", "trusted_proxies": ["127.0.0.1"], "host": "0.0.0.0"},
         ["cannot sign in"]),
        ({}, []),
    ],
)  # fmt: skip
def test_what_is_open_to_the_world_is_said(own: dict[str, object], said: list[str]) -> None:
    found = configuration.web(WebSection.model_validate(own))

    warned = [each.seen for each in found if each.level is Level.WARN]
    assert [any(part in each for each in warned) for part in said] == [True] * len(said)
    assert len(warned) == len(said)


@pytest.mark.parametrize(
    ("mode", "level"), [(0o600, Level.FINE), (0o640, Level.FINE), (0o644, Level.WARN), (0o666, Level.FAIL)]
)
def test_a_secret_that_others_can_read_or_change_is_told_by_its_file(mode: int, level: Level, tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("x")
    path.chmod(mode)

    found = configuration.files({"DISCORD_TOKEN_FILE": path})

    assert [each.level for each in found] == [level]
    assert (str(path) in found[0].seen) == (level is not Level.FINE)


@pytest.mark.parametrize(("free", "level"), [(5 << 30, Level.FINE), (500 << 20, Level.WARN), (1 << 20, Level.FAIL)])
def test_a_disk_that_is_nearly_full_is_said_so(free: int, level: Level, tmp_path: Path) -> None:
    assert [each.level for each in machine.disk(tmp_path / "not" / "there", free=free)] == [level]


async def test_an_old_python_and_missing_packages_fail() -> None:
    assert (await machine.python((3, 10, 9)))[0].level is Level.FAIL
    assert (await machine.packages())[0].level is Level.FINE
    assert (await machine.packages("no-such-distribution"))[0].level is Level.WARN
