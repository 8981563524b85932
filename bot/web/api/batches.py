"""Several products as programs read them."""

from __future__ import annotations

from typing import Any

from alerts.batch import Found
from alerts.domain.errors import SentryError
from alerts.ports import Clock
from bot.public import scan_as_public
from bot.web.errors import problem_of_ours


def batch_as_public(found: Found, clock: Clock) -> dict[str, Any]:
    """Each by its sku, or by what was asked for where that is no product."""
    now = clock.now()
    return {
        "results": {answer.product.sku: scan_as_public(answer, now) for answer in found.answers.values()},
        "errors": {query: _error(error, clock) for query, error in found.errors.items()},
        "metadata": {
            "total": len(found.answers) + len(found.errors),
            "successful": len(found.answers),
            "failed": len(found.errors),
            "cached": found.cached,
            "duration_ms": round(found.took.total_seconds() * 1000, 1),
        },
    }


def _error(error: SentryError, clock: Clock) -> dict[str, str]:
    problem = problem_of_ours(error, clock)
    return {"code": problem.code.value, "detail": problem.detail}
