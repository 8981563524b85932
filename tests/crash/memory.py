"""The store as the world outside sees it: kept, put back, and made to believe that time has passed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from redis import Redis

# What waiting for so long would do: locks and seats run out, and whoever took news and did not finish is idle.
_PASS = """
local ms = tonumber(ARGV[1])
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key)
  if left >= 0 and left <= ms then redis.call('DEL', key)
  elseif left > 0 then redis.call('PEXPIRE', key, left - ms) end
  if left < 0 and redis.call('TYPE', key)['ok'] == 'stream' then
    for _, group in ipairs(redis.call('XINFO', 'GROUPS', key)) do
      for _, entry in ipairs(redis.call('XPENDING', key, group[2], '-', '+', 1000)) do
        redis.call('XCLAIM', key, group[2], entry[2], 0, entry[1], 'IDLE', entry[3] + ms, 'JUSTID')
      end
    end
  end
end
"""


MARK = "harness:step"  # written at the beginning of every step, before anything else


@dataclass(frozen=True, slots=True)
class Kept:
    """All keys of a database, with what is left of their lives."""

    keys: tuple[tuple[bytes, int, bytes], ...]


class Memory:
    """One database of a server."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._redis: Any = Redis.from_url(url)

    def keep(self) -> Kept:
        redis = self._redis
        return Kept(tuple((key, max(redis.pttl(key), 0), redis.dump(key)) for key in redis.scan_iter(count=1000)))

    def put_back(self, kept: Kept) -> None:
        pipe = self._redis.pipeline(transaction=False)
        pipe.flushdb()
        for key, left, body in kept.keys:
            pipe.restore(key, left, body)
        pipe.set(MARK, 1)
        pipe.execute()

    def empty(self) -> None:
        self._redis.flushdb()

    def pass_time(self, seconds: float) -> None:
        """As if everybody had waited for so long."""
        self._redis.eval(_PASS, 0, int(seconds * 1000))

    def close(self) -> None:
        self._redis.close()
