"""When news waits: quiet hours and digests, by the clock on somebody's wall."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import model_validator

from alerts.domain.model import Fact
from alerts.domain.said import say
from alerts.domain.written import TimeOfDay, Zone

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_DIGEST = re.compile(
    r"(?P<every>hourly|daily|weekly)(?:\s+(?P<weekday>[a-z]{3})[a-z]*)?(?:\s+(?P<at>\d{1,2}:\d\d))?"
    r"(?:\s+(?P<timezone>[a-z][\w+/-]*))?",
    re.IGNORECASE,
)


def moment(day: date, at: time, zone: str, *, last: bool = False) -> datetime:
    """When a wall shows this time, in UTC. Of a time that comes twice the first, or the `last`; one that is skipped
    happens when the clock is put forward.
    """
    wall = datetime.combine(day, at, tzinfo=UTC).replace(tzinfo=None, fold=int(last))
    while True:
        found = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        if found.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall:
            return found
        wall += _MINUTE


def day_of(now: datetime, zone: str) -> date:
    """The date on the wall."""
    return now.astimezone(ZoneInfo(zone)).date()


class QuietHours(Fact):
    """From `start` to `end`, every day; across midnight when the end is the earlier of the two.

    A start that the clock shows twice is the first, an end the last: when in doubt it is quiet.
    """

    start: TimeOfDay
    end: TimeOfDay
    timezone: Zone = "UTC"

    @model_validator(mode="after")
    def _is_a_time(self) -> Self:
        if self.start == self.end:
            raise ValueError(say("start and end are the same time; snooze or pause to be left in peace all day"))
        return self

    def end_of(self, now: datetime) -> datetime | None:
        """When the quiet hours that `now` lies in are over; None outside of them."""
        found = None
        # Where the clock is put back, the next quiet hours may begin before these are over.
        while (later := self._window_end(found or now)) is not None:
            found = later
        return found

    def _window_end(self, now: datetime) -> datetime | None:
        today = day_of(now, self.timezone)
        for day in (today - _DAY, today):
            start = moment(day, self.start, self.timezone)
            last_day = day if self.start < self.end else day + _DAY
            end = moment(last_day, self.end, self.timezone, last=True)
            if start <= now < end:
                return end
        return None


class Digest(Fact):
    """News gathered into one message: `hourly`, `daily 18:00`, `weekly mon 09:00`; a timezone may follow.

    Without one it goes by the timezone of the quiet hours, else UTC.
    """

    every: Literal["hourly", "daily", "weekly"]
    weekday: Weekday | None = None
    at: TimeOfDay | None = None
    timezone: Zone | None = None

    @model_validator(mode="before")
    @classmethod
    def _as_text(cls, raw: object) -> object:
        if isinstance(raw, Mapping) and " " in str(raw.get("every", "")):
            # The short form beside its time zone.
            return {**_parts(str(raw["every"])), **{key: value for key, value in raw.items() if key != "every"}}
        return _parts(raw) if isinstance(raw, str) else raw

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.at is None) is not (self.every == "hourly") or (self.weekday is None) is (self.every == "weekly"):
            raise ValueError(say("write hourly, daily 18:00 or weekly mon 09:00"))
        return self

    def first(self, now: datetime, zone: str) -> datetime:
        """The first time for it from `now` on."""
        if self.at is None:
            hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
            return hour if hour == now else hour + timedelta(hours=1)
        today = day_of(now, zone)
        days = (today + n * _DAY for n in range(9))
        fitting = (day for day in days if self.weekday in (None, _WEEK[day.weekday()]))
        return next(at for day in fitting if (at := moment(day, self.at, zone)) >= now)


def _parts(text: str) -> dict[str, str]:
    found = _DIGEST.fullmatch(text.strip())
    if not found:
        raise ValueError(say("is not a digest; write hourly, daily 18:00 or weekly mon 09:00"))
    parts = {key: value for key, value in found.groupdict().items() if value}
    return {key: value if key == "timezone" else value.lower() for key, value in parts.items()}
