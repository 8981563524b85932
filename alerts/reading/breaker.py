"""A circuit breaker per vendor: aiobreaker's states on our clock, one probe at a time, two good answers to close."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from aiobreaker import CircuitBreaker, CircuitBreakerError
from aiobreaker.state import CircuitBreakerState, CircuitHalfOpenState, CircuitOpenState

T = TypeVar("T")
_PROBE_IS_OUT = timedelta(seconds=1)


class Resting(CircuitBreakerError):
    """The breaker is open, or another call is already trying; `retry_after` says when to ask again."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__("resting", datetime.now(UTC) + retry_after)
        self.retry_after = retry_after


class _HalfOpen(CircuitHalfOpenState):
    """One probe at a time; an answer that does not count neither closes nor opens."""

    # The library passes these by place, the flag too.
    def __init__(self, breaker: Breaker, prev_state: object = None, notify: bool = False) -> None:  # noqa: FBT001, FBT002
        super().__init__(breaker, prev_state, notify)
        self._good, self._probing = 0, False

    async def call_async(self, func: Callable[..., Awaitable[T]], *args: Any, **kwargs: Any) -> T:
        if self._probing:
            raise Resting(_PROBE_IS_OUT)
        self._probing = True
        try:
            return await super().call_async(func, *args, **kwargs)
        finally:
            self._probing = False

    def on_success(self) -> None:
        self._good += 1
        if self._good >= self._breaker.successes:
            self._breaker.close()


class _Open(CircuitOpenState):
    """Closed to everybody until the rest is over, measured by our clock."""

    def before_call(self, func: Callable[..., Awaitable[T]], *args: Any, **kwargs: Any) -> Any:
        if self._breaker.retry_after:
            raise Resting(self._breaker.retry_after)
        self._breaker.half_open()
        return None

    async def call_async(self, func: Callable[..., Awaitable[T]], *args: Any, **kwargs: Any) -> T:
        # The library goes on in the open state after turning half-open, which would let every waiting call through.
        self.before_call(func)
        return await self._breaker.state.call_async(func, *args, **kwargs)


class Breaker(CircuitBreaker):
    """Opens after `failures` in a row, rests, probes with one call, closes after `successes`.

    `counts` says which exceptions are failures; every other outcome shows that the other side is there.
    """

    def __init__(
        self,
        *,
        monotonic: Callable[[], float],
        counts: Callable[[BaseException], bool],
        failures: int = 3,
        rest: timedelta = timedelta(seconds=30),
        successes: int = 2,
    ) -> None:
        self.successes, self._monotonic, self._open_until = successes, monotonic, float("-inf")
        super().__init__(fail_max=failures, timeout_duration=rest, exclude=[lambda exc: not counts(exc)])

    # The library calls this by place, the flag too.
    def _create_new_state(self, new_state: CircuitBreakerState, prev_state: object = None, notify: bool = False) -> Any:  # noqa: FBT001, FBT002
        made = {CircuitBreakerState.HALF_OPEN: _HalfOpen, CircuitBreakerState.OPEN: _Open}.get(new_state)
        if made is None:
            return super()._create_new_state(new_state, prev_state, notify)
        return made(self, prev_state, notify)

    def open(self) -> None:
        # The library's own time mixes utcnow() and now(), hours wrong outside UTC.
        self._open_until = self._monotonic() + self.timeout_duration.total_seconds()
        self._state_storage.opened_at = datetime.now(UTC)
        self.state = self._state_storage.state = CircuitBreakerState.OPEN

    @property
    def opens_at(self) -> datetime:
        return datetime.now(UTC) + self.retry_after

    @property
    def retry_after(self) -> timedelta:
        """How long the rest still lasts; zero when it is over or never began."""
        if self.current_state is not CircuitBreakerState.OPEN:
            return timedelta(0)
        return timedelta(seconds=max(0.0, self._open_until - self._monotonic()))

    @property
    def is_closed(self) -> bool:
        """Whether everybody is let through."""
        return self._state_storage.state is CircuitBreakerState.CLOSED

    @property
    def word(self) -> str:
        """`closed`, `open` or `half_open`."""
        return str(self.current_state.name).lower()

    async def run(self, func: Callable[..., Awaitable[T]], *args: Any) -> T:
        """Call through the breaker. The call that opens it gets its own error, as every other failing call."""
        try:
            return await self.call_async(func, *args)
        except Resting:
            raise
        except CircuitBreakerError as exc:
            raise (exc.__cause__ or exc) from None
