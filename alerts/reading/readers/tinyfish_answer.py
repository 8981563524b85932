"""What TinyFish is asked, and what its answers mean. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr, ValidationError, field_validator

from alerts.domain.errors import ReadError
from alerts.domain.model import Availability, Condition, Evidence, FailureReason, Listing, Offer
from alerts.domain.money import Money, machine_amount
from alerts.domain.said import say

# Published rate: dollars for each step of a run that completed.
DOLLARS_PER_STEP = Decimal("0.016")
EXPECTED_STEPS = 6
_WORDS = [one.value for one in Availability]
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "found": {
            "type": "boolean",
            "description": "true only if the page shows exactly the asked product and variant",
        },
        "blocked": {"type": "boolean", "description": "true if a captcha or an access check was shown instead"},
        "name": {"type": "string"},
        "price": {
            "type": ["string", "null"],
            "description": "decimal digits with a point, no sign, no grouping; null if none is shown",
        },
        "currency": {"type": ["string", "null"], "description": "ISO 4217, three capital letters"},
        "availability": {"type": "string", "enum": _WORDS},
        "condition": {"type": "string", "enum": [one.value for one in Condition]},
        "seller": {"type": ["string", "null"]},
        "stock_count": {"type": ["integer", "null"], "minimum": 0},
        "words": {"type": "string", "description": "the words on the page that show the stock state"},
    },
    "required": ["found", "availability", "price", "currency"],
    "additionalProperties": False,
}
_GOAL = """Read one product page and report what it says. Do not buy, log in, or fill in forms.
Product: {name}{variant}
Rules:
- Report only this product{only}. If the page shows another product or none, set found to false.
- price is what a new customer without membership, coupon, subscription or trade-in pays now for one item. Not the
  struck or recommended price, not a monthly rate, not postage. null if no price is shown.
- availability: in_stock only if it can be ordered now and is sent from stock; limited for few left; preorder and
  backorder for what can be ordered but is not there; out_of_stock if it cannot be ordered; discontinued if it never
  comes back; unknown if the page does not say. A notice for collection in a store says nothing about ordering.
- If a captcha or an access check is shown, set blocked to true and stop.
Answer with one JSON object of the given schema."""
_FENCE = re.compile(r"^\s*```\w*\s*|\s*```\s*$")
_RETRIED = frozenset({"SYSTEM_FAILURE", "UNKNOWN"})


class Answer(BaseModel):
    """A result that says what was asked. Words that only look like booleans or numbers are refused."""

    model_config = ConfigDict(extra="ignore")

    found: StrictBool
    blocked: StrictBool = False
    name: StrictStr | None = None
    price: Decimal | None
    currency: StrictStr | None = Field(pattern="^[A-Z]{3}$")
    availability: Availability
    condition: Condition = Condition.NEW
    seller: StrictStr | None = None
    stock_count: int | None = Field(default=None, ge=0, le=10**6, strict=True)
    words: StrictStr = ""

    @field_validator("price", mode="before")
    @classmethod
    def _plain(cls, raw: object) -> object:
        if raw is None:
            return None
        amount = machine_amount(raw)
        if amount is None:
            raise ValueError("is no plain decimal number")
        return amount


def request_of(listing: Listing) -> dict[str, Any]:
    """The body of a run: one address as a string, the goal, the shape of the answer."""
    variant = f"\nVariant: {listing.variant}" if listing.variant else ""
    only = f" in the variant {listing.variant}" if listing.variant else ""
    goal = _GOAL.format(name=listing.product_name or "the product of this page", variant=variant, only=only)
    return {"url": listing.url, "goal": goal, "output_schema": SCHEMA}


def offer_of(event: Mapping[str, Any], listing: Listing) -> Offer:
    """The Offer in a COMPLETE event, or ReadError. COMPLETED only says that the machinery worked."""
    status = str(event.get("status") or "COMPLETED").upper()
    if status != "COMPLETED":
        raise error_of(event.get("error"), status=None, default=f"the run ended as {status}")
    answer = _answer(event.get("result", event.get("resultJson")))
    if answer.blocked:
        raise ReadError(FailureReason.BLOCKED, say("the shop showed the agent an access check"))
    if not answer.found:
        raise ReadError(FailureReason.MISMATCH, say("the agent did not find this product on the page"))
    if listing.currency and answer.currency and answer.currency != listing.currency:
        raise ReadError(
            FailureReason.MISMATCH,
            say("the page is in {currency}, not in {wanted}", currency=answer.currency, wanted=listing.currency),
        )
    return _offer(answer, listing, str(event.get("runId") or event.get("run_id") or ""))


def _offer(answer: Answer, listing: Listing, run: str) -> Offer:
    currency = answer.currency or listing.currency
    price = Money.of(answer.price, currency) if answer.price and currency else None
    if price is None and answer.availability is Availability.UNKNOWN:
        raise ReadError(FailureReason.UNREADABLE, say("the agent found neither a price nor stock"))
    return Offer(
        availability=answer.availability,
        price=price,
        stock_count=answer.stock_count,
        condition=answer.condition,
        seller=answer.seller,
        name=answer.name,
        evidence=(
            Evidence(source="tinyfish", path=f"run {run}"[:100], raw=(answer.words or answer.availability.value)[:200]),
        ),
        confidence=0.7,
    )


def _answer(result: object) -> Answer:
    """The first object in a result, however it is wrapped."""
    if isinstance(result, str):
        try:
            result = json.loads(_FENCE.sub("", result))
        except (ValueError, RecursionError) as exc:
            raise ReadError(FailureReason.UNREADABLE, say("the agent's answer is no JSON")) from exc
    for key in ("vendors", "products", "result"):
        if isinstance(result, dict) and key in result and "availability" not in result:
            result = result[key]
    if isinstance(result, list):
        if len(result) != 1:
            raise ReadError(
                FailureReason.UNREADABLE, say("the agent answered for {count} products, not for one", count=len(result))
            )
        result = result[0]
    try:
        return Answer.model_validate(result)
    except ValidationError as exc:
        places = ", ".join(sorted({str(one["loc"][0]) if one["loc"] else "all of it" for one in exc.errors()}))
        raise ReadError(
            FailureReason.UNREADABLE, say("the agent's answer has an unknown shape ({places})", places=places)
        ) from exc


def error_of(error: object, *, status: int | None, default: str, asked: timedelta | None = None) -> ReadError:
    """One ReadError for every way TinyFish tells of trouble. Retried are SYSTEM_FAILURE, UNKNOWN, 408, 429 and 5xx."""
    told: Mapping[str, Any] = error if isinstance(error, dict) else {"message": error if isinstance(error, str) else ""}
    code = str(told.get("code") or told.get("error_code") or "").upper()
    category = str(told.get("category") or "").upper()
    detail = f"TinyFish: {code or category or default}"[:200]
    rest = _rest(told) or asked
    if status == 402 or code == "INSUFFICIENT_CREDITS" or category == "BILLING_FAILURE":
        return TinyFishRefused(FailureReason.BLOCKED, say("TinyFish has no credit left; top up the wallet"))
    if code == "SITE_BLOCKED":
        return TinyFishRefused(FailureReason.BLOCKED, detail)
    if status == 429:
        return ReadError(FailureReason.BLOCKED, detail, retry_after=rest or timedelta(seconds=2))
    is_retried = category in _RETRIED or (category == "" and (status is None or status == 408 or status >= 500))
    if is_retried and status not in (400, 401, 403):
        return ReadError(FailureReason.UNREACHABLE, detail, retry_after=rest)
    return TinyFishRefused(FailureReason.UNREADABLE, detail)


class TinyFishRefused(ReadError):
    """TinyFish will give the same answer again; asking twice costs twice."""

    @property
    def is_worth_retrying(self) -> bool:
        return False


def _rest(told: Mapping[str, Any]) -> timedelta | None:
    raw = told.get("retry_after")
    is_number = isinstance(raw, (int, float)) and not isinstance(raw, bool) and 0 <= raw < 86400
    return timedelta(seconds=float(raw)) if is_number and raw is not None else None


def cost_of(event: Mapping[str, Any]) -> Decimal:
    """What a run cost in dollars, by its steps, or by the steps that such a run usually takes."""
    steps = event.get("num_of_steps", event.get("numOfSteps"))
    count = steps if isinstance(steps, int) and not isinstance(steps, bool) and 0 <= steps <= 500 else EXPECTED_STEPS
    return count * DOLLARS_PER_STEP
