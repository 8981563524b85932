"""A process that does nothing but wake twice a second: how late anybody wakes on this machine, whatever they do.

Answers `lags` with the share of wakings within so many seconds, as share_within does of a program's metrics.
"""

from __future__ import annotations

import asyncio
import json
import time

from benchmarks.delivering.server import Json, obey

_SAMPLE = 0.5  # as alerts/metrics/gauges.py


async def main() -> None:
    """Sample until stdin closes."""
    lags: list[float] = []

    async def sample() -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(_SAMPLE)
            lags.append(time.monotonic() - began - _SAMPLE)

    def within(limit: float) -> Json:
        return {"share": sum(lag <= limit for lag in lags) / max(1, len(lags)), "count": len(lags)}

    sampling = asyncio.create_task(sample())
    print(json.dumps({"port": 0}), flush=True)
    await obey({"within": within})
    sampling.cancel()


if __name__ == "__main__":
    asyncio.run(main())
