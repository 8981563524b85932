"""When the operator is told of a trouble, and when that it is over. Between the two limits nothing changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from pydantic import AwareDatetime

from alerts.domain.model import Fact

FAILING, FINE_AGAIN = 0.10, 0.05  # share of looks that fail
ENOUGH_LOOKS = 20  # fewer say nothing
SLOW_MS, QUICK_MS = 5_000.0, 4_000.0  # that 95 of 100 looks take at most
AWAY_FOR, AWAY_LOOKS = timedelta(minutes=5), 3  # a vendor that failed for so long, so often in a row
STUCK_FOR, FLOWING = timedelta(seconds=120), timedelta(seconds=30)  # the oldest delivery that may go out


class Trouble(Fact):
    """One trouble that is going on. `message`: where it was told; 0 while it is not. `over` once it has passed.

    `name` tells it from others: the same trouble is told once, whoever looks.
    """

    name: str
    since: AwareDatetime
    text: str
    message: int = 0
    over: AwareDatetime | None = None


class Finding(Fact):
    """What one look says of one trouble: it is there, it is not, or (None) nobody can tell and it stays as it was."""

    name: str
    is_bad: bool | None
    text: str = ""


def of_failures(looks: int, failed: int) -> Finding:
    """Too many looks fail. Of too few nothing is said, but that none fails any more."""
    share = failed / looks if looks else 0.0
    bad = (share > FAILING or (None if share > FINE_AGAIN else False)) if looks >= ENOUGH_LOOKS else None
    if looks and not failed:
        bad = False
    text = f"{share:.0%} of looks at shops failed in the last 15 minutes ({failed} of {looks})."
    return Finding(name="failing", is_bad=bad, text=text)


def of_slowness(looks: int, p95_ms: float | None) -> Finding:
    """Looks take too long."""
    if p95_ms is None or looks < ENOUGH_LOOKS:
        return Finding(name="slow", is_bad=None)
    bad = p95_ms > SLOW_MS or (None if p95_ms > QUICK_MS else False)
    text = f"Looks at shops are slow: 95 of 100 take up to {p95_ms / 1000:.1f} s in the last 15 minutes."
    return Finding(name="slow", is_bad=bad, text=text)


def of_vendor(vendor: str, failed: int, lasted: timedelta, reason: str) -> Finding:
    """A vendor cannot be read."""
    minutes = int(lasted.total_seconds() // 60)
    text = f"{vendor} cannot be read for {minutes} min: {failed} looks in a row failed ({reason or 'no reason given'})."
    bad = (failed >= AWAY_LOOKS and lasted > AWAY_FOR) or (None if failed else False)
    return Finding(name=f"away:{vendor}", is_bad=bad, text=text)


def of_silence(quiet: timedelta, limit: timedelta, *, is_anything_due: bool) -> Finding:
    """Nobody looks at shops though there is something to look at."""
    text = f"No shop was looked at for {int(quiet.total_seconds() // 60)} min, though products are due."
    return Finding(name="silent", is_bad=is_anything_due and quiet > limit, text=text)


def of_queue(oldest: timedelta | None, waiting: int) -> Finding:
    """Alerts are not sent, whose targets take messages."""
    age = oldest or timedelta(0)
    bad = age > STUCK_FOR or (None if age > FLOWING else False)
    text = f"Alerts are stuck: the oldest has waited for {int(age.total_seconds())} s, {waiting} wait."
    return Finding(name="stuck", is_bad=bad, text=text)


def after(troubles: Mapping[str, Trouble], findings: Mapping[str, Finding], now: AwareDatetime) -> dict[str, Trouble]:
    """What is going on now. One that was told and is over stays until that is told, too; the rest is forgotten."""
    kept: dict[str, Trouble] = {}
    for name, trouble in troubles.items():
        found = findings.get(name)
        if found is None or found.is_bad is None:
            kept[name] = trouble
        elif found.is_bad:
            # A trouble that comes back before its end was told goes on, and its text says what it is like by now.
            kept[name] = trouble.model_copy(update={"over": None, **({} if trouble.message else {"text": found.text})})
        elif trouble.message:
            kept[name] = trouble.model_copy(update={"over": trouble.over or now})
    for name, found in findings.items():
        if found.is_bad and name not in kept:
            kept[name] = Trouble(name=name, since=now, text=found.text)
    return kept
