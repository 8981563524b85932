"""A process that does something for all while it has the seat: a line for each time, with its name."""

from __future__ import annotations

import asyncio
import sys

from alerts.clock import SystemClock
from alerts.seat import Seat
from alerts.store.redis.store import RedisStore


async def main(url: str, name: str) -> None:
    clock = SystemClock()
    async with RedisStore(url) as store:
        seat = Seat(store, "anything", name, clock=clock)
        while True:
            number = await seat.hold()
            if number and await seat.still(number):
                print(name, number, flush=True)
            await clock.sleep(0.1)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
