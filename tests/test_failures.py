"""Every row of Discord's refusals, and what is done about it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.domain.errors import Remedy
from bot.notify.failures import failure

RETRY, PAUSE, DISABLE, BURY, REST, STOP = Remedy

TABLE = [
    *[(404, code, DISABLE) for code in (10003, 10004, 10013, 10015)],
    *[(403, code, PAUSE) for code in (50001, 50013, 50009, 50008, 50024, 160005, 0)],
    *[(400, code, PAUSE) for code in (50008, 50024, 50083, 40067, 220001)],
    *[(403, code, DISABLE) for code in (50007, 50278)],
    *[(400, code, BURY) for code in (50035, 50006, 40005, 240000, 200000, 20009, 0)],
    (413, 40005, BURY),
    (413, 0, BURY),
    *[(401, code, STOP) for code in (0, 50014)],
    (401, 50027, DISABLE),
    *[(status, code, BURY) for status, code in ((404, 10062), (400, 10062), (400, 40060), (400, 40094))],
    *[(429, code, RETRY) for code in (0, 20016, 20022, 20028, 20029, 40062)],
    *[(status, 0, RETRY) for status in (500, 502, 503, 504, 524, 529)],
    (503, 130000, RETRY),
    (400, 40004, RETRY),
    (400, 130000, RETRY),
    *[(status, 40333, REST) for status in (403, 429)],
    (404, 0, RETRY),  # the route, or something on the way to it: nothing says that the channel is gone
]


@pytest.mark.parametrize(("status", "code", "remedy"), TABLE)
def test_every_refusal_has_its_remedy(status: int, code: int, remedy: Remedy) -> None:
    error = failure(status, code, reason="so it is")

    assert (error.remedy, error.code) == (remedy, code)
    assert f"{status} ({code}): so it is" in str(error)


@pytest.mark.parametrize(("status", "code"), [(401, 0), (401, 50027), (404, 10015), (404, 0)])
def test_a_webhook_that_does_not_let_us_in_is_gone_and_stops_nobody_else(status: int, code: int) -> None:
    assert failure(status, code, is_webhook=True).remedy is DISABLE


@pytest.mark.parametrize("status", [403, 429])
def test_a_page_in_place_of_an_answer_is_cloudflare_and_everybody_rests_for_minutes(status: int) -> None:
    error = failure(status, is_html=True, reason="<html>Access denied")

    assert error.remedy is REST
    assert error.retry_after
    assert error.retry_after >= timedelta(minutes=5)
    assert "<html>" not in str(error)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_gateway_in_trouble_answers_pages_too_and_is_asked_again(status: int) -> None:
    assert failure(status, is_html=True).remedy is RETRY


def test_a_limit_is_kept_for_as_long_as_the_body_says() -> None:
    error = failure(429, 20028, retry_after=1163.25, scope="shared")

    assert error.retry_after == timedelta(seconds=1163.25)
    assert "[shared limit]" in str(error)
