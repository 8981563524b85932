"""The store: is it there, does it keep what it is given, is it quick, and can this version work with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from alerts.store.vitals import Schema, Vitals, percentile
from bot.doctor.findings import Finding, fail, fine, warn

PINGS = 100
_OLDEST = (7, 0)
_NEARLY_FULL = 0.8
_SLOW, _SLOWEST = 0.010, 0.100  # seconds: of half the pings, of one in a hundred
_OFF, _FAR_OFF = timedelta(seconds=2), timedelta(seconds=60)
_MIB = 1 << 20
_HOUR, _OLD = timedelta(hours=1), timedelta(days=2)


def servers(found: Sequence[Vitals]) -> list[Finding]:
    """Which servers there are, and whether this version can use them."""
    return [_server(each) for each in found]


def keeping(found: Sequence[Vitals]) -> list[Finding]:
    """Whether what they are told is there tomorrow."""
    return [finding for each in found for finding in (list(_losing(each)) or [fine(_kept(each))])]


def _server(it: Vitals) -> Finding:
    said = f"{it.make} {it.version} at {it.place}"
    if it.is_replica:
        return fail(f"{said} is a replica and takes no writes", "name the primary in store.url")
    if it.compatible < _OLDEST:
        return fail(f"{said} is too old", "upgrade it to 7.0 or newer")
    return fine(said)


def _losing(it: Vitals) -> Iterator[Finding]:
    if it.keeps_log is False:
        yield fail(f"{it.place} forgets at a restart what it was told", "set appendonly yes: alerts live there")
    if it.policy not in (None, "noeviction"):
        yield fail(f"{it.place} throws keys away when it is full ({it.policy})", "set maxmemory-policy noeviction")
    if it.trouble:
        yield fail(f"{it.place} could not write down what it was told ({it.trouble})", "see its log and its disk")
    if it.most and it.used > _NEARLY_FULL * it.most:
        full = f"{it.place} uses {_mib(it.used)} of {_mib(it.most)}"
        yield warn(full, "raise maxmemory: a full store refuses every change")


def _kept(it: Vitals) -> str:
    most = f"of {_mib(it.most)}" if it.most else "and has no limit of its own"
    log = "writes down what it is told" if it.keeps_log else "does not say whether it writes down what it is told"
    return f"{it.place} {log}; uses {_mib(it.used)} {most}"


def clocks(found: Sequence[Vitals]) -> list[Finding]:
    """The servers' time beside ours."""
    return [skew(it.ahead, f"the clock of the store at {it.place}") for it in found]


def skew(ahead: timedelta, whose: str, *, precise_to: timedelta = timedelta(0)) -> Finding:
    """Two clocks that should agree, and how surely that can be told."""
    off = max(timedelta(0), abs(ahead) - precise_to)
    said = f"{whose} is {abs(ahead).total_seconds():.1f} s {'ahead of' if ahead > timedelta(0) else 'behind'} ours"
    cure = "have both machines keep their time by NTP (timedatectl set-ntp true)"
    if off >= _FAR_OFF:
        return fail(said, cure)
    return warn(said, cure) if off >= _OFF else fine(said)


def latency(times: Sequence[float]) -> list[Finding]:
    """`times`: of pings, the shortest first."""
    half, most = percentile(times, 50), percentile(times, 99)
    said = f"{len(times)} pings: half within {half * 1000:.1f} ms, 99 of 100 within {most * 1000:.1f} ms"
    if half > _SLOW or most > _SLOWEST:
        return [warn(said, "put the store nearer, or give its machine less to do: every scan and alert waits for it")]
    return [fine(said)]


def schema(found: Schema) -> list[Finding]:
    """Whether this version can work with what lies there."""
    if found.found is None:
        return [fine("empty: nobody has used it yet")]
    said = f"schema {found.found} in {found.partitions} partition{'s' if found.partitions != 1 else ''}"
    if not found.is_ours:
        knows = f"this version knows schema {found.known} in {found.known_partitions}"
        return [fail(f"{said}, written by a newer version; {knows}", "upgrade hardware-sentry")]
    return [fine(said)]


def backup(noted: str | None, now: datetime) -> list[Finding]:
    """When the newest backup was made, as it was noted."""
    if noted is None:
        return [warn("no backup has been made", "hardware-sentry backup FILE, once a day and to another disk")]
    age = now - datetime.fromisoformat(noted)
    said = f"the newest backup is {age / _HOUR:.0f} hours old"
    return [fine(said) if age < _OLD else warn(said, "see why none came after it, or make one: hardware-sentry backup")]


def _mib(count: int) -> str:
    return f"{count / _MIB:.1f} MiB"
