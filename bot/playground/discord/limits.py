"""Discord's rate limits: 50 requests a second for the bot, 5 messages in 5 seconds for a channel. Off by default.

Beside them the count that ends in a ban: answers of 401, 403 and 429 in ten minutes, but for those of scope `shared`.
"""

import re
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from .ids import Time

CHANNEL_POST = re.compile(r"^/channels/(\d+)/messages$")
NOT_COUNTED = re.compile(r"^/(interactions|webhooks)/")
INVALID = frozenset({401, 403, 429})
BAN_LINE, BAN_SECONDS = 10_000, 600.0


@dataclass(slots=True)
class Window:
    """So many in so many seconds, counted over the last seconds."""

    limit: int
    seconds: float
    used: deque[float] = field(default_factory=deque)

    def take(self, now: float) -> float:
        """Use one; 0.0, or how many seconds to wait if there is none."""
        while self.used and now - self.used[0] >= self.seconds:
            self.used.popleft()
        if len(self.used) >= self.limit:
            return self.seconds - (now - self.used[0])
        self.used.append(now)
        return 0.0

    def reset_after(self, now: float) -> float:
        """Seconds until a used one comes back."""
        return self.seconds - (now - self.used[0]) if self.used else self.seconds


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request may pass, and the headers it is answered with."""

    headers: dict[str, str]
    wait: float = 0.0
    is_global: bool = False

    def body(self) -> dict[str, object]:
        """What a 429 says."""
        return {"message": "You are being rate limited.", "retry_after": round(self.wait, 3), "global": self.is_global}


class Limits:
    """Set `enabled` to count; otherwise everything passes with room to spare in the headers."""

    def __init__(self, now: Time) -> None:
        self._now = now
        self.enabled = False
        self.per_second = 50
        self.per_channel = 5
        self.channel_seconds = 5.0
        self.ban_line = BAN_LINE
        self.refused = 0
        self.answers: Counter[str] = Counter()
        """How many answers of each status, a 429 with its scope: `200`, `429 user`, `429 global`."""
        self._invalid: deque[float] = deque()
        self._global = Window(self.per_second, 1.0)
        self._channels: dict[str, Window] = {}

    def on(self) -> None:
        """Count from now, with the numbers set at this moment."""
        self.enabled = True
        self._global = Window(self.per_second, 1.0)
        self._channels.clear()

    def off(self) -> None:
        """Let everything pass again."""
        self.enabled = False

    def check(self, method: str, path: str) -> Verdict:
        """Count one request."""
        bucket = _bucket(method, path)
        if not self.enabled or NOT_COUNTED.match(path):
            return Verdict(headers=_headers(bucket, 1000, 999, 1.0))
        now = self._now()
        channel = CHANNEL_POST.match(path) if method == "POST" else None
        if wait := self._global.take(now):
            return self._refuse(wait, is_global=True, headers={"X-RateLimit-Global": "true"})
        if channel is None:
            return Verdict(headers=_headers(bucket, 1000, 999, 1.0))
        window = self._channels.setdefault(channel[1], Window(self.per_channel, self.channel_seconds))
        wait = window.take(now)
        headers = _headers(bucket, window.limit, window.limit - len(window.used), window.reset_after(now))
        return self._refuse(wait, is_global=False, headers=headers) if wait else Verdict(headers=headers)

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """Count what was answered, off or on: a ban looks at scripted failures as well."""
        scope = headers.get("X-RateLimit-Scope", "user")
        self.answers[f"{status} {scope}" if status == 429 else str(status)] += 1
        if status in INVALID and scope != "shared":
            self._invalid.append(self._now())

    @property
    def invalid(self) -> int:
        """Invalid requests of the last ten minutes."""
        while self._invalid and self._now() - self._invalid[0] >= BAN_SECONDS:
            self._invalid.popleft()
        return len(self._invalid)

    @property
    def is_banned(self) -> bool:
        """Whether Cloudflare would answer now instead of Discord."""
        return self.enabled and self.invalid >= self.ban_line

    def _refuse(self, wait: float, *, is_global: bool, headers: dict[str, str]) -> Verdict:
        self.refused += 1
        scope = "global" if is_global else "user"
        extra = {"Via": "1.1 google", "Retry-After": str(max(1, round(wait))), "X-RateLimit-Scope": scope}
        return Verdict(wait=wait, is_global=is_global, headers={**headers, **extra})


def _bucket(method: str, path: str) -> str:
    template = re.sub(r"\d{5,}", ":id", path)
    return blake2b(f"{method} {template}".encode(), digest_size=16).hexdigest()


def _headers(bucket: str, limit: int, remaining: int, reset_after: float) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset-After": f"{reset_after:.3f}",
        "X-RateLimit-Bucket": bucket,
    }
