"""What the doctor finds, and how checks are run: each alone, within its time, whatever becomes of the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from alerts.domain.errors import SentryError

PATIENCE = 15.0  # seconds for a check that asks for no more


class Level(StrEnum):
    """How it stands. Only what fails keeps the bot from its work."""

    FINE = "fine"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


class Cause(StrEnum):
    """Who has to mend what fails; the command line ends with a code for each."""

    CONFIGURATION = "configuration"
    STORE = "store"
    SHOPS = "shops"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was seen, and what to do about it."""

    level: Level
    seen: str
    cure: str = ""
    check: str = ""
    cause: Cause = Cause.OTHER


Look = Callable[[], Awaitable[Sequence[Finding]]]


@dataclass(frozen=True, slots=True)
class Check:
    """`needs`: names of checks before it without which there is nothing to look at."""

    name: str
    look: Look
    cause: Cause = Cause.OTHER
    limit: float = PATIENCE
    needs: tuple[str, ...] = ()


def fine(seen: str) -> Finding:
    """Nothing to do."""
    return Finding(Level.FINE, seen)


def warn(seen: str, cure: str) -> Finding:
    """It works, and may not for long, or not for everybody."""
    return Finding(Level.WARN, seen, cure)


def fail(seen: str, cure: str) -> Finding:
    """It does not work."""
    return Finding(Level.FAIL, seen, cure)


def skipped(why: str) -> Finding:
    """Nobody looked, so nothing is known."""
    return Finding(Level.SKIPPED, why)


async def examine(checks: Sequence[Check]) -> AsyncIterator[Finding]:
    """Every check in turn; a finding bears its check's name and cause."""
    failed: set[str] = set()
    for check in checks:
        missing = [name for name in check.needs if name in failed]
        found = [skipped(f"not looked at, since {missing[0]} failed")] if missing else await _looked(check)
        if missing or any(each.level is Level.FAIL for each in found):
            failed.add(check.name)
        for each in found:
            yield Finding(each.level, each.seen, each.cure, check.name, check.cause)


async def _looked(check: Check) -> Sequence[Finding]:
    try:
        async with asyncio.timeout(check.limit):
            return await check.look()
    except TimeoutError:
        return [fail(f"no answer within {check.limit:g} s", "see whether what it asks is overloaded, then try again")]
    except SentryError as exc:  # its sentence holds the cure already
        return [fail(str(exc), "")]
    except Exception as exc:  # noqa: BLE001 - the bulkhead around one check: the next one is looked at all the same
        return [fail(f"a defect of ours ({type(exc).__name__}: {exc})", "please report this line")]
