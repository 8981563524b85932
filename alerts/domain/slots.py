"""When a product is due: at moments of its own, so that many products never come due together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b

_MS = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def next_slot(sku: str, every: timedelta, now: datetime) -> datetime:
    """The product's first moment that is at least half an interval away.

    Its moments are `every` apart and the same on every machine and after every restart. So looks are `every` apart;
    only the next one after a change of the interval, or after a late tick, may come up to a half sooner or later.
    """
    step = max(1, every // _MS)
    offset = _share(sku) * step >> 64
    earliest = -((_EPOCH - now) // _MS) + step // 2  # rounded up: never sooner
    return _EPOCH + (earliest + (offset - earliest) % step) * _MS


@lru_cache(maxsize=100_000)
def _share(sku: str) -> int:
    """Where within an interval it is due, in 2⁶⁴ths."""
    return int.from_bytes(blake2b(sku.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
