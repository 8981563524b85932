"""A worker in a process of its own whose looks never come to an end: it says what it has begun, and is killed."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime

from alerts.jobs import DocketQueue


async def main(url: str) -> None:
    async def scan(sku: str, slot: datetime) -> None:
        print(sku, flush=True)
        await asyncio.Event().wait()

    async with DocketQueue(url, scan=scan) as jobs:
        await jobs.work()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
