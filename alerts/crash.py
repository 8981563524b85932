"""Named places where a test may end the process. Nothing happens there unless a test armed them.

Every command to the store passes two: `redis.<COMMAND>` (or `redis.<script>` for one of our scripts) before it is
sent, and the same with `.done` once it was answered. A process that is killed at `.done` has had the command done and
does not know it.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from alerts.domain.errors import BadInput

Callback = Callable[[str], None]
_callback: Callback | None = None


def point(name: str) -> None:
    """Pass a place by this name."""
    if _callback is not None:
        _callback(name)


def arm(callback: Callback) -> None:
    """From now on call it at every place, in this process. BadInput where the environment says HS_ENV=production."""
    global _callback  # noqa: PLW0603 - one process, one harness; a parameter would go through every layer
    if os.environ.get("HS_ENV", "").strip().lower() == "production":
        raise BadInput("Crash points cannot be armed where HS_ENV is production: unset it in a test.")
    _callback = callback


def disarm() -> None:
    """Nothing happens at any place any more."""
    global _callback  # noqa: PLW0603 - as in `arm`
    _callback = None
