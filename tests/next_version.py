"""The program as its next version might be: `python -m tests.next_version run …`. A schema more, and a newer shape."""

from __future__ import annotations

from typing import Any

from alerts.store.redis import link
from alerts.store.redis.version import OURS, Migration, Version
from bot.cli.main import main


async def _bring(redis: Any, name: str) -> bool:
    return False


NEXT = Version(
    shapes=OURS.shapes | {"2"},
    migrations=(*OURS.migrations, Migration(OURS.schema + 1, "nothing, for a test", ("hs:{g*}:watches",), _bring)),
)

if __name__ == "__main__":
    link.OURS = NEXT
    main()
