"""What became of each change: one stream per guild, bounded in length and age."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from alerts.domain.trail import TRAIL_DAYS, TRAIL_LENGTH, Stage
from alerts.store import keys
from alerts.store.redis.link import Link

_KEPT = timedelta(days=TRAIL_DAYS)
_KEPT_MS = int(_KEPT.total_seconds() * 1000)
_TRIM_EVERY = 60_000  # of one guild, in ms: between, nothing is kept for much longer
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
            now = int(newest.partition("-")[0])
            stale = [
                guild for guild in {stage.guild for stage in stages} if self._trimmed.get(guild, 0) < now - _TRIM_EVERY
            ]
            if not stale:
                return
            pipe = self._link.redis.pipeline(transaction=False)
            for guild in stale:
                pipe.xtrim(keys.trail(guild), minid=str(now - _KEPT_MS), approximate=False)
                pipe.expire(keys.trail(guild), _KEPT)
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
            found += _wanted(page, sku, delivery)
            if len(page) < _PAGE:
                break
            end = f"({page[-1][0]}"
        return found[:limit]


def _wanted(page: Sequence[tuple[str, dict[str, str]]], sku: str | None, delivery: str | None) -> Iterator[Stage]:
    """Read only what is asked for: most of a page is about something else."""
    for _, fields in page:
        if sku in (None, fields["sku"]) and delivery in (None, fields.get("delivery")):
            yield Stage.model_validate_json(fields["stage"])


def _fields(stage: Stage) -> dict[str, str]:
    fields = {"v": "1", "sku": stage.sku, "stage": stage.model_dump_json(exclude_defaults=True)}
    return {**fields, "delivery": stage.delivery} if stage.delivery else fields
