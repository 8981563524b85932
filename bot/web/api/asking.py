"""A product for a caller: found among what they may ask for, and the shops asked at their cost."""

from __future__ import annotations

from alerts.answers import Answers
from alerts.domain.api_keys import ANONYMOUS_SCANS, Plan
from alerts.domain.errors import TooSoon
from alerts.domain.wishes import OPERATOR
from alerts.limits import Limits
from alerts.ports import Clock
from alerts.products import Products
from alerts.scan import Answer
from bot.web.endpoints import Caller


class Asking:
    """See scans.Scanned."""

    def __init__(self, *, answers: Answers, products: Products, limits: Limits, clock: Clock) -> None:
        self._answers, self._products, self._limits, self._clock = answers, products, limits, clock

    async def __call__(self, caller: Caller, query: str, *, fresh: bool) -> Answer:
        product = (await offered_to(self._products, caller.guild)).find(query)
        if fresh:
            await self._take(caller.name, caller.plan)
        return await self._answers(product, fresh=fresh)

    async def for_job(self, guild: int, asker: str, query: str, *, fresh: bool) -> Answer:
        """The same in the background: the caller is no longer there, but it is theirs all the same."""
        name, _, plan = asker.rpartition("|")
        return await self(Caller(name, guild, plan), query, fresh=fresh)

    async def _take(self, name: str, plan: str) -> None:
        allowance = Plan(plan).allowances.fresh_scans if plan in set(Plan) else ANONYMOUS_SCANS
        taken = await self._limits.take(f"{name}:fresh", allowance)
        if not taken.is_allowed:
            raise TooSoon(self._clock.now() + taken.retry_after)


async def offered_to(products: Products, guild: int | None) -> Products:
    """What a caller may ask for: the configured products, and beside them those of the guild of their key."""
    return await products.of(None if guild in (None, OPERATOR) else guild)
