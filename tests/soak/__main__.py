"""A soak for as long as one likes: `python -m tests.soak --hours 3`. Ends with 1 when anything was lost or doubled."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.soak.rig import rig
from tests.soak.running import Soak
from tests.soak.troubles import TROUBLES, Trouble


def _for(hours: float, choose: random.Random, *, names: list[str]) -> Iterator[Trouble]:
    """All of them once in their order, then any until the time is over."""
    wanted = [each for each in TROUBLES if not names or any(name in each.name for name in names)]
    yield from wanted
    until = time.monotonic() + hours * 3600
    while time.monotonic() < until:
        yield choose.choice([each for each in wanted if "clock" not in each.name] or wanted)


async def main() -> int:
    """Run, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=0.0, help="so long after every trouble has struck once")
    parser.add_argument("--seed", type=int, default=9)
    parser.add_argument("--only", nargs="*", default=[], help="troubles whose name holds one of these words")
    parser.add_argument("--folder", type=Path, help="an empty folder that keeps the program's log and the store's file")
    asked = parser.parse_args()
    choose = random.Random(asked.seed)
    with ExitStack() as closing:
        name = asked.folder or closing.enter_context(tempfile.TemporaryDirectory(prefix="hs-soak-"))
        async with rig(Path(name)) as parts:
            soak = Soak(parts, choose, tell=lambda row: print(row, file=sys.stderr, flush=True))
            await soak.run(_for(asked.hours, choose, names=asked.only))
            verdict = await soak.verdict()
            print(await soak.table())
    return 1 if verdict.lost or verdict.doubled or verdict.uncalled > soak.believed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
