"""The real program with a clock that can be set: what the file of SKEW says is added to the machine's time."""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

from alerts.clock import SystemClock
from bot.cli.main import main

_now = SystemClock.now


def now(self: SystemClock) -> datetime:
    """The time on a wall whose clock somebody sets; what is measured goes on as before."""
    return _now(self) + timedelta(seconds=float(Path(os.environ["SKEW"]).read_text() or 0))


SystemClock.now = now  # type: ignore[method-assign]
if __name__ == "__main__":
    sys.argv[0] = "hardware-sentry"
    main()
