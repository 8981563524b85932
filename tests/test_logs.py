"""What the log is spared, and what it is not."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog
from redis.exceptions import BusyLoadingError, RedisError, ResponseError
from redis.exceptions import ConnectionError as NoConnection

from bot import logs


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.configure(**before)


def _logged(capsys: pytest.CaptureFixture[str], message: str, error: Exception | None = None) -> str:
    logs.configure(logging.INFO)
    logging.getLogger("docket.worker").warning(message, exc_info=error)
    return capsys.readouterr().err


@pytest.mark.parametrize(
    "message", ["Redis is unavailable, sleeping for 1 second...", "Redis is unavailable, retrying"]
)
def test_a_store_that_is_away_is_told_by_our_own_loops_and_not_every_second(
    message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _logged(capsys, message) == ""


@pytest.mark.parametrize(
    "error", [NoConnection("refused"), BusyLoadingError("loading")], ids=lambda e: type(e).__name__
)
def test_a_traceback_that_says_only_that_the_store_is_away_is_left_out(
    error: RedisError, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _logged(capsys, "Error in scheduler loop", error) == ""


@pytest.mark.parametrize("error", [ResponseError("WRONGTYPE"), ValueError("a defect"), None], ids=repr)
def test_what_else_goes_wrong_with_jobs_is_told(error: Exception | None, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Error in scheduler loop" in _logged(capsys, "Error in scheduler loop", error)
