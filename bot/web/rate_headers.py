"""How much is left, in headers. Times are whole seconds from now, rounded up."""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from alerts.domain.api_keys import Plan
from alerts.domain.limits import Taken

ANONYMOUS = "anonymous"


def rate_headers(taken: Taken, plan: Plan | None) -> dict[str, str]:
    """For any answer; `plan` is None without a key. Who was refused hears when to come back."""
    headers = {
        "X-RateLimit-Tier": plan.value if plan else ANONYMOUS,
        "X-RateLimit-Limit": str(taken.limit),
        "X-RateLimit-Remaining": str(taken.remaining),
        "X-RateLimit-Reset": str(_seconds(taken.reset_after)),
    }
    if not taken.is_allowed:
        headers["Retry-After"] = str(max(1, _seconds(taken.retry_after)))
    return headers


def _seconds(span: timedelta) -> int:
    return max(0, ceil(span.total_seconds()))
