"""`/analytics/stats` for a key's server, and for the operator `/internal/cache-stats` and everything together."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from alerts.analytics import Analytics, Stats
from alerts.answers import Answers, Tally
from alerts.domain.wishes import OPERATOR
from bot.web.api.shapes import Shape
from bot.web.endpoints import Call, Endpoint


class StatsQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    days: int = Field(default=7, ge=1, le=90)


class TallyShape(Shape):
    """How answers came about. `rate`: hits among hits and misses."""

    model_config = ConfigDict(title="CacheTally")
    hits: int
    from_memory: int
    misses: int
    bypasses: int
    stale: int
    refreshes: int
    errors: int
    rate: float | None


class CacheShape(Shape):
    """The cache of this process, since it started."""

    model_config = ConfigDict(title="CacheStats")
    since: AwareDatetime
    total: TallyShape
    by_category: dict[str, TallyShape]
    entries: int
    size: int
    refreshing: int
    is_store_away: bool


class FigureRoutes:
    """What a guild did with the bot, or all of them together for the operator."""

    def __init__(self, *, analytics: Analytics, answers: Answers) -> None:
        self._analytics, self._answers = analytics, answers

    def endpoints(self) -> Sequence[Endpoint]:
        """The routes of this file."""
        return (
            Endpoint("GET", "/api/v1/analytics/stats", "How it went lately", "figures", self._stats, Stats,
                     query=StatsQuery, scope="read"),
            Endpoint("GET", "/internal/cache-stats", "How the cache of this process does", "figures", self._cache,
                     CacheShape, is_operators=True),
        )  # fmt: skip

    async def _stats(self, call: Call) -> Stats:
        guild = call.caller.own_guild
        return await self._analytics.stats(days=call.query.days, guild=None if guild == OPERATOR else guild)

    async def _cache(self, call: Call) -> CacheShape:
        found = self._answers.stats()
        return CacheShape(
            since=found.since,
            total=_tally(found.total),
            by_category={name: _tally(each) for name, each in found.by_category.items()},
            entries=found.entries,
            size=found.size,
            refreshing=found.refreshing,
            is_store_away=found.is_store_away,
        )


def _tally(tally: Tally) -> TallyShape:
    names = [name for name in TallyShape.model_fields if name != "rate"]
    return TallyShape(**{name: getattr(tally, name) for name in names}, rate=tally.rate)
