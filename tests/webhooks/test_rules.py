"""When a message is tried again, when it is given up, and when a webhook is disabled. Signatures, too."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.model import ChangeKind
from alerts.domain.signing import signature, signed_headers
from alerts.domain.webhooks import (
    RETRIES,
    Answer,
    HookDeliveryState,
    HookState,
    after_answer,
    after_attempt,
    change_delivery,
    pause_after,
    shown_address,
    standing_of,
)
from tests.store.test_webhooks import hook, message
from tests.worlds import MINUTE, SECOND, START, change

GOOD, BAD, GONE = Answer("200", 200), Answer("500", 500), Answer("410", 410)
ACTIVE = hook(state=HookState.ACTIVE)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    made = signature(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')

    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(st.binary(min_size=24, max_size=64), st.text(max_size=200))
def test_whoever_has_the_secret_can_check_a_message(key: bytes, text: str) -> None:
    body, at = text.encode("utf-8", "replace"), datetime(2026, 11, 22, tzinfo=UTC)
    headers = signed_headers(["whsec_" + base64.b64encode(key).decode()], "msg_1", at, body)
    signed = f"msg_1.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()

    assert headers["webhook-signature"] == f"v1,{expected}"


def test_the_schedule_is_eight_attempts_within_about_28_hours() -> None:
    waits = [pause_after("msg_1", attempts) for attempts in range(1, 8)]

    assert pause_after("msg_1", 8) is None
    assert [round(wait / SECOND) for wait in RETRIES] == [5, 300, 1800, 7200, 18000, 36000, 36000]
    assert all(wait and plan <= wait <= 1.1 * plan for wait, plan in zip(waits, RETRIES, strict=True))
    assert list(accumulate(RETRIES))[-1] == timedelta(hours=27, minutes=35, seconds=5)


@given(st.text(min_size=1, max_size=30), st.integers(1, 7))
def test_a_message_always_waits_the_same_but_not_as_long_as_others(name: str, attempts: int) -> None:
    assert pause_after(name, attempts) == pause_after(name, attempts)
    assert len({pause_after(f"{name}{other}", attempts) for other in range(50)}) > 40


@given(st.lists(st.sampled_from([200, 204, 299, 301, 400, 404, 429, 500, 503, None]), max_size=12))
def test_a_message_ends_with_the_first_good_answer_or_the_eighth_bad_one(statuses: list[int | None]) -> None:
    delivery, now, tried = message(), START, 0
    for status in statuses:
        if delivery.state is not HookDeliveryState.WAITING:
            break
        tried += 1
        delivery = after_attempt(delivery, Answer(str(status), status), now)
        assert delivery.due >= message().due
    is_done = any(status and 200 <= status < 300 for status in statuses[:tried])
    expected = "done" if is_done else "given_up" if tried == 8 else "waiting"

    assert (delivery.state, delivery.attempts) == (expected, tried)
    assert (delivery.id, delivery.body) == (message().id, message().body)


def test_an_address_that_is_gone_gets_no_second_attempt() -> None:
    assert after_attempt(message(), GONE, START).state is HookDeliveryState.GIVEN_UP


@pytest.mark.parametrize(
    ("status", "asked", "waits"), [(429, 60, 60), (503, 60, 60), (500, 60, 5), (429, 10**6, 3600), (503, 1, 5)]
)
def test_retry_after_is_respected_where_it_means_something(status: int, asked: int, waits: int) -> None:
    after = after_attempt(message(), Answer("x", status, retry_after=asked * SECOND), START)

    assert waits <= (after.due - START).total_seconds() <= 1.1 * waits


def test_five_days_of_only_failures_disable_a_webhook_and_not_a_second_less() -> None:
    failing = after_answer(ACTIVE, BAD, START)
    assert failing.failing_since == START

    assert after_answer(failing, BAD, START + timedelta(hours=120) - SECOND).is_active
    off = after_answer(failing, BAD, START + timedelta(hours=120))

    assert off.state is HookState.DISABLED
    assert "5 days" in off.reason
    assert "500" in off.reason


def test_one_good_answer_in_between_begins_the_five_days_anew() -> None:
    failing = after_answer(ACTIVE, BAD, START)
    healed = after_answer(failing, GOOD, START + timedelta(days=4))

    assert healed == ACTIVE
    assert after_answer(after_answer(healed, BAD, START + timedelta(days=6)), BAD, START + timedelta(days=10)).is_active


def test_a_webhook_that_says_it_is_gone_is_disabled_at_once() -> None:
    assert after_answer(ACTIVE, GONE, START).state is HookState.DISABLED


def test_our_own_trouble_says_nothing_of_an_address() -> None:
    assert after_answer(ACTIVE, Answer("no key", is_ours=True), START) == ACTIVE


def test_the_same_change_for_the_same_webhook_has_the_same_id_and_for_another_one_another() -> None:
    def name(webhook: str, **more: object) -> str:
        return change_delivery(change(**more), hook(webhook), "{}", START).id

    assert name("a") == name("a")
    assert len({name("a"), name("b"), name("a", kind=ChangeKind.PRICE_DROP), name("a", since=START - MINUTE)}) == 4


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://hooks.test/in/secret?token=x", "https://hooks.test/…"),
        ("https://hooks.test:8443/", "https://hooks.test:8443"),
        ("https://hooks.test?key=x", "https://hooks.test/…"),
    ],
)
def test_of_an_address_only_the_host_is_shown(url: str, shown: str) -> None:
    assert shown_address(url) == shown


def test_the_notice_names_the_host_and_the_reason() -> None:
    off = after_answer(ACTIVE, GONE, START)

    assert standing_of(off).reason == "https://hooks.test/…: it answered 410: it is gone"
    assert standing_of(off).guild == 1
