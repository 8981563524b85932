"""What the bot did in a week, for who hosts it: figures of all servers together, and words for them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from alerts.domain.model import Fact

WEEK = timedelta(days=7)
SENT_AT = time(9)  # of a Monday, UTC
_MOST_VENDORS, _MOST_HANDS = 4, 7  # so that it fits one message
_LOUD = 0.05  # of a shop's looks; fewer failures are as usual


class VendorLine(Fact):
    """One shop. `p95_ms`: 95 of 100 looks took so long at most."""

    vendor: str
    looks: int
    failed: int
    p95_ms: int | None = None

    @property
    def share(self) -> float:
        return self.failed / self.looks if self.looks else 0.0


class Report(Fact):
    """From `since` to `until`, both included; what waits and what is kept is as of now.

    `watches`: products that servers watch, counted once for each server. `held` waited for a rule, `quiet` were kept so
    by one. `bytes_before`: what the store took at the last report. `hands`: what somebody should look at.
    """

    since: date
    until: date
    guilds: int
    products: int
    watches: int
    scans: int
    looks: int
    failed: int
    vendors: tuple[VendorLine, ...]
    told: int
    edited: int
    held: int
    quiet: int
    buried: int
    expired: int
    message_p95_s: float | None
    dead: int
    store_bytes: int
    store_keys: int
    bytes_before: int | None = None
    hands: tuple[str, ...] = ()


def week_of(now: datetime) -> date:
    """The Monday on which the newest report is due, or was."""
    monday = (now - timedelta(days=now.weekday())).date()
    is_due = now.time() >= SENT_AT or now.weekday() > 0
    return monday if is_due else monday - WEEK


def lines(report: Report) -> list[str]:
    """As text, a line for each matter."""
    failed = f"{report.failed / report.looks:.1%} failed" if report.failed else "none failed"
    ended = f"{report.buried} given up" + (f", {report.expired} too late" if report.expired else "")
    alerts = (f"{number:,} {word}" for number, word in (
        (report.told, "told"), (report.edited, "changed"), (report.held, "held for later"),
        (report.quiet, "kept quiet by a rule"),
    ))  # fmt: skip
    found = [
        f"{report.since:%d %B} to {report.until:%d %B %Y}",
        f"Servers: {report.guilds}, products: {report.products}, watches: {report.watches}",
        f"Looks at shops: {report.looks:,}, {failed}; scans: {report.scans:,}",
        f"Alerts: {', '.join(alerts)}, {ended}",
    ]
    if report.message_p95_s is not None:
        found.append(f"Of 100 messages 95 were there {report.message_p95_s:.1f} s after the change")
    loud = sorted((each for each in report.vendors if each.share > _LOUD), key=lambda each: -each.share)
    found += [f"{each.vendor}: {each.share:.0%} of {each.looks:,} looks failed" for each in loud[:_MOST_VENDORS]]
    slow = max(report.vendors, key=lambda each: each.p95_ms or 0, default=None)
    if slow and slow.p95_ms:
        found.append(f"The slowest shop is {slow.vendor}: 95 of 100 looks within {slow.p95_ms / 1000:.1f} s")
    found.append(f"Store: {_size(report.store_bytes)} in {report.store_keys:,} keys{_growth(report)}")
    hands = [f"- {each}" for each in report.hands[:_MOST_HANDS]]
    if len(report.hands) > _MOST_HANDS:
        hands.append(f"- and {len(report.hands) - _MOST_HANDS} more")
    return [*found, "Needs a hand:", *hands] if hands else [*found, "Nothing needs a hand."]


def _size(number: float) -> str:
    return f"{number / 1024**2:,.1f} MiB"


def _growth(report: Report) -> str:
    if report.bytes_before is None:
        return ""
    more = report.store_bytes - report.bytes_before
    return f", {_size(abs(more))} {'more' if more >= 0 else 'less'} than a week ago"
