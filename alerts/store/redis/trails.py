"""What became of each change: one stream per guild, bounded in length and age."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from alerts.domain.trail import MOST_SENT, SENT_DAYS, TRAIL_DAYS, TRAIL_LENGTH, Stage, Step
from alerts.store import keys
from alerts.store.redis.link import Link

_KEPT = timedelta(days=TRAIL_DAYS)
_KEPT_MS = int(_KEPT.total_seconds() * 1000)
_TRIM_EVERY = 60_000  # of one guild, in ms: between, nothing is kept for much longer
_SENT_KEPT = timedelta(days=SENT_DAYS)
_PAGE = 200


class RedisTrails:
    """See ports.Trails."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._trimmed: dict[int, int] = {}  # guild → when, in ms

    async def note_stages(self, stages: Sequence[Stage]) -> None:
        if not stages:
            return
        async with self._link.trouble():
            pipe = self._link.redis.pipeline(transaction=False)
            for stage in stages:
                pipe.xadd(keys.trail(stage.guild), _fields(stage), maxlen=TRAIL_LENGTH, approximate=True)
            *_, newest = await pipe.execute()
            # The server's own time, which is in the ticket, decides what is too old.
            now, guilds = int(newest.partition("-")[0]), {stage.guild for stage in stages}
            stale = [guild for guild in guilds if self._trimmed.get(guild, 0) < now - _TRIM_EVERY]
            pipe = self._link.redis.pipeline(transaction=False)
            for guild in stale:
                pipe.xtrim(keys.trail(guild), minid=str(now - _KEPT_MS), approximate=False)
                pipe.expire(keys.trail(guild), _KEPT)
            for guild in guilds:
                if sent := _sent(guild, stages):
                    pipe.zadd(keys.sent(guild), sent, nx=True)
                    pipe.expire(keys.sent(guild), _SENT_KEPT)
                if sent and guild in stale:
                    oldest = max(sent.values()) - _SENT_KEPT.total_seconds()
                    pipe.zremrangebyscore(keys.sent(guild), "-inf", oldest)
                    pipe.zremrangebyrank(keys.sent(guild), 0, -MOST_SENT - 1)
            if len(pipe):
                await pipe.execute()
            self._trimmed.update(dict.fromkeys(stale, now))

    async def trail(
        self, guild: int, *, sku: str | None = None, delivery: str | None = None, limit: int
    ) -> Sequence[Stage]:
        found: list[Stage] = []
        end = "+"
        while len(found) < limit:
            async with self._link.trouble():
                page = await self._link.redis.xrevrange(keys.trail(guild), max=end, count=_PAGE)
            found += _wanted([row for row in page if self._link.reads(row[1].get("v"))], sku, delivery)
            if len(page) < _PAGE:
                break
            end = f"({page[-1][0]}"
        return found[:limit]

    async def sent(self, guild: int, *, since: datetime) -> int:
        async with self._link.trouble():
            newest = await self._link.redis.zrange(keys.sent(guild), 0, 0, desc=True, withscores=True)
            # What is too old lies there until it is next trimmed.
            oldest = newest[0][1] - _SENT_KEPT.total_seconds() if newest else 0
            return int(await self._link.redis.zcount(keys.sent(guild), max(since.timestamp(), oldest), "+inf"))


def _sent(guild: int, stages: Sequence[Stage]) -> dict[str, float]:
    """By the alert's id, so that noting it twice counts once."""
    return {s.delivery: s.at.timestamp() for s in stages if s.guild == guild and s.step is Step.SENT and s.delivery}


def _wanted(page: Sequence[tuple[str, dict[str, str]]], sku: str | None, delivery: str | None) -> Iterator[Stage]:
    """Read only what is asked for: most of a page is about something else."""
    for _, fields in page:
        if sku in (None, fields["sku"]) and delivery in (None, fields.get("delivery")):
            yield Stage.model_validate_json(fields["stage"])


def _fields(stage: Stage) -> dict[str, str]:
    fields = {"v": "1", "sku": stage.sku, "stage": stage.model_dump_json(exclude_defaults=True)}
    return {**fields, "delivery": stage.delivery} if stage.delivery else fields
