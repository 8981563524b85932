"""Failures by script: what the REST side answers instead of, or after, doing what it was asked."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal

Mode = Literal["answer", "drop", "created_then_status", "created_then_drop"]


@dataclass(slots=True, eq=False)
class Fault:
    """One scripted failure.

    `answer` refuses and does nothing; `drop` cuts the connection and does nothing; `created_then_status` and
    `created_then_drop` first do what was asked, so a client that tries again must not make a second message.
    With `delay` or `hold` the request waits first; a fault with mode `answer` and status 0 only waits. With `every` it
    strikes each so-many-th request that it is for and lets the others pass.
    """

    method: str
    path: str
    status: int = 500
    code: int = 0
    message: str = ""
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    mode: Mode = "answer"
    delay: float = 0.0
    hold: asyncio.Event | None = None
    times: int | None = 1
    every: int = 1
    met: int = 0
    hits: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    def matches(self, method: str, path: str) -> bool:
        """Whether this fault is for this request and not yet used up."""
        left = self.times is None or self.hits < self.times
        return left and self.method in (method, "*") and fnmatchcase(path, self.path)

    def answer_body(self) -> Any:
        """What is sent as JSON; a text is sent as it is."""
        if self.body is not None:
            return self.body
        return {"message": self.message or f"{self.status}: scripted failure", "code": self.code}

    async def wait(self) -> None:
        """Let the request hang as long as the script says."""
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.hold is not None:
            await self.hold.wait()


class Faults:
    """The script: the oldest matching fault that is not used up applies."""

    def __init__(self) -> None:
        self._script: list[Fault] = []
        self.otherwise: Callable[[str, str], Fault | None] | None = None  # asked when the script says nothing

    def add(self, method: str, path: str, **how: Any) -> Fault:
        """Script a failure. `path` is below /api/v10 and may hold `*`; `times=None` means for ever."""
        fault = Fault(method, path, **how)
        self._script.append(fault)
        return fault

    def rate_limit(
        self,
        method: str,
        path: str,
        *,
        retry_after: float,
        is_global: bool = False,
        times: int | None = 1,
        every: int = 1,
    ) -> Fault:
        """Script a 429 as Discord itself sends it (with the `Via` header that tells it from Cloudflare's)."""
        body = {"message": "You are being rate limited.", "retry_after": retry_after, "global": is_global}
        headers = {"Via": "1.1 google", "Retry-After": str(max(1, round(retry_after)))}
        headers["X-RateLimit-Scope"] = "global" if is_global else "user"
        if is_global:
            headers["X-RateLimit-Global"] = "true"
        return self.add(method, path, status=429, body=body, headers=headers, times=times, every=every)

    def drop(self, fault: Fault) -> None:
        """Take one failure out of the script."""
        if fault in self._script:
            self._script.remove(fault)

    def clear(self) -> None:
        """Forget the script; from now on everything works."""
        self._script.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that applies to this request, counted as used."""
        for fault in self._script:
            if not fault.matches(method, path):
                continue
            fault.met += 1
            if fault.met % fault.every == 0:
                fault.hits += 1
                fault.reached.set()
                return fault
        return self.otherwise(method, path) if self.otherwise else None
