"""TinyFish against a local server that speaks the documented shapes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from alerts.clock import SystemClock
from alerts.domain.errors import ReadError
from alerts.domain.model import FailureReason, Listing, Offer
from alerts.reading.manners import polite
from alerts.reading.readers.tinyfish import Budget, InMemorySpending, TinyFishReader
from tests.reading.shop import Handler, shop

LISTING = Listing(
    id="x", sku="x", product_name="Board 5", vendor="Shop", url="https://shop.example/b", currency="GBP", variant="8GB"
)
GOOD: dict[str, Any] = {
    "found": True,
    "price": "76.80",
    "currency": "GBP",
    "availability": "in_stock",
    "words": "In stock",
}


def complete(result: Any, **changes: Any) -> dict[str, Any]:
    return {"type": "COMPLETE", "runId": "r1", "status": "COMPLETED", "result": result, "error": None, **changes}


def stream(*events: dict[str, Any] | bytes, hold: float = 0) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        for event in events:
            await answer.write(
                event if isinstance(event, bytes) else b"event: m\ndata: " + json.dumps(event).encode() + b"\n\n"
            )
        await asyncio.sleep(hold)
        return answer

    return handler


def refusal(status: int, body: Any, **headers: str) -> Handler:
    async def handler(_: web.Request) -> web.Response:
        return web.json_response(body, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return handler


@asynccontextmanager
async def agent(handler: Handler, *, limit: float = 5, budget: Budget | None = None) -> AsyncIterator[TinyFishReader]:
    budget = budget or Budget(Decimal(5), clock=SystemClock())
    async with (
        shop(handler) as where,
        TinyFishReader(
            key=SecretStr("k"),
            clock=SystemClock(),
            budget=budget,
            base_url=where.base,
            timeout=timedelta(seconds=limit),
        ) as reader,
    ):
        yield reader


async def ask(handler: Handler, **changes: Any) -> Offer:
    async with agent(handler, **changes) as reader:
        return await reader.read(LISTING)


async def failure(handler: Handler, **changes: Any) -> ReadError:
    with pytest.raises(ReadError) as failed:
        await ask(handler, **changes)
    return failed.value


async def test_all_events_of_a_run_lead_to_the_offer() -> None:
    offer = await ask(
        stream(
            b": hello\n\n",
            {"type": "STARTED", "runId": "r1", "timestamp": "t"},
            {"type": "STREAMING_URL", "runId": "r1", "streamingUrl": "https://x"},
            {"type": "PROGRESS", "runId": "r1", "purpose": "look"},
            {"type": "HEARTBEAT", "timestamp": "t"},
            b"data: not json\n\n",
            complete(GOOD),
        )
    )

    assert (offer.availability.value, str(offer.price)) == ("in_stock", "76.80 GBP")


async def test_the_request_is_of_the_documented_shape() -> None:
    asked: list[Any] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        asked.append((request.method, request.path, request.headers["X-API-Key"], await request.json()))
        return await stream(complete(GOOD))(request)

    await ask(handler)
    method, path, key, body = asked[0]

    assert (method, path, key, body["url"]) == ("POST", "/v1/automation/run-sse", "k", LISTING.url)
    assert {"Board 5", "8GB"} <= {word for word in ("Board 5", "8GB") if word in body["goal"]}
    assert body["output_schema"]["type"] == "object"
    assert set(body) == {"url", "goal", "output_schema"}


@pytest.mark.parametrize(
    "event",
    [
        {"type": "COMPLETE", "run_id": "r", "status": "COMPLETED", "resultJson": GOOD},
        complete(json.dumps(GOOD)),
        complete("```json\n" + json.dumps(GOOD) + "\n```"),
        complete([GOOD]),
        complete({"vendors": [GOOD]}),
    ],
)
async def test_older_and_wrapped_answers_are_understood(event: dict[str, Any]) -> None:
    assert str((await ask(stream(event))).price) == "76.80 GBP"


@pytest.mark.parametrize(
    "result",
    [
        None,
        [],
        {},
        "no",
        [GOOD, GOOD],
        {**GOOD, "found": "false"},
        {**GOOD, "found": 1},
        {**GOOD, "price": "about 70"},
        {**GOOD, "price": True},
        {**GOOD, "availability": "yes"},
        {**GOOD, "stock_count": "3"},
        {**GOOD, "currency": "pounds"},
        {"vendors": []},
    ],
)
async def test_completed_is_not_success_until_the_result_is_valid(result: Any) -> None:
    assert (await failure(stream(complete(result)))).reason is FailureReason.UNREADABLE


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ({**GOOD, "blocked": True}, FailureReason.BLOCKED),
        ({**GOOD, "found": False}, FailureReason.MISMATCH),
        ({**GOOD, "currency": "USD"}, FailureReason.MISMATCH),
        ({**GOOD, "price": None, "availability": "unknown"}, FailureReason.UNREADABLE),
    ],
)
async def test_what_the_agent_reports_of_trouble_is_a_failure(result: Any, reason: FailureReason) -> None:
    assert (await failure(stream(complete(result)))).reason is reason


@pytest.mark.parametrize(
    ("error", "reason", "retried"),
    [
        ({"code": "TASK_FAILED", "category": "AGENT_FAILURE"}, FailureReason.UNREADABLE, False),
        ({"code": "X", "category": "SYSTEM_FAILURE"}, FailureReason.UNREACHABLE, True),
        ({"code": "X", "category": "UNKNOWN"}, FailureReason.UNREACHABLE, True),
        ({"code": "X", "category": "BILLING_FAILURE"}, FailureReason.BLOCKED, False),
        ({"code": "SITE_BLOCKED", "category": "AGENT_FAILURE"}, FailureReason.BLOCKED, False),
        ("it broke", FailureReason.UNREACHABLE, True),
    ],
)
async def test_a_failed_run_says_whether_to_ask_again(error: Any, reason: FailureReason, retried: bool) -> None:
    failed = await failure(stream(complete(None, status="FAILED", error=error)))

    assert (failed.reason, failed.is_worth_retrying) == (reason, retried)


@pytest.mark.parametrize(
    ("status", "body", "reason", "retried"),
    [
        (400, {"error": {"code": "INVALID_INPUT", "message": "m"}}, FailureReason.UNREADABLE, False),
        (401, {"error": {"code": "INVALID_API_KEY"}}, FailureReason.UNREADABLE, False),
        (
            402,
            {"error": {"code": "INSUFFICIENT_CREDITS", "details": {"wallet_url": "w"}}},
            FailureReason.BLOCKED,
            False,
        ),
        (403, {"error_code": "FORBIDDEN", "message": "flat"}, FailureReason.UNREADABLE, False),
        (408, {}, FailureReason.UNREACHABLE, True),
        (500, [], FailureReason.UNREACHABLE, True),
        (502, {"error": {"code": "SERVICE_BUSY"}}, FailureReason.UNREACHABLE, True),
    ],
)
async def test_every_status_is_in_the_table(status: int, body: Any, reason: FailureReason, retried: bool) -> None:
    failed = await failure(refusal(status, body))

    assert (failed.reason, failed.is_worth_retrying) == (reason, retried)


async def test_too_many_requests_says_when_to_come_back() -> None:
    failed = await failure(refusal(429, {"error": {"code": "RATE_LIMIT_EXCEEDED"}}, Retry_After="7"))

    assert (failed.reason, failed.retry_after) == (FailureReason.BLOCKED, timedelta(seconds=7))


async def test_a_cut_stream_is_no_answer() -> None:
    assert (await failure(stream({"type": "STARTED", "runId": "r"}))).reason is FailureReason.UNREACHABLE


async def test_the_limit_covers_the_stream_and_not_only_its_beginning() -> None:
    failed = await failure(stream({"type": "STARTED"}, {"type": "HEARTBEAT"}, hold=3), limit=0.3)

    assert failed.reason is FailureReason.TIMEOUT


async def test_the_budget_stops_before_it_is_passed_and_says_so() -> None:
    budget = Budget(Decimal("0.10"), clock=SystemClock(), spending=InMemorySpending())
    event = complete(GOOD, num_of_steps=2)
    await ask(stream(event), budget=budget)

    failed = await failure(stream(event), budget=budget)

    assert (failed.reason, "budget of $0.10" in failed.detail) == (FailureReason.BLOCKED, True)


async def test_a_refused_run_costs_nothing() -> None:
    spending = InMemorySpending()
    clock = SystemClock()
    await failure(refusal(500, {}), budget=Budget(Decimal(5), clock=clock, spending=spending))

    assert await spending.add(clock.now().date(), Decimal(0)) == 0


async def test_a_vendors_short_limit_does_not_cut_a_run_that_has_its_own() -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.4)
        return await stream(complete(GOOD))(request)

    async with agent(slow) as reader:
        reading = await polite(reader, clock=SystemClock(), attempts=1, time_limit=timedelta(seconds=0.1))(LISTING)

    assert reading.offer
