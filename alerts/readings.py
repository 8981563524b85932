"""A Reading as other programs write it (DESIGN §7.1) back to the fact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from alerts.domain.errors import BadInput
from alerts.domain.model import Availability, Condition, Evidence, Failure, FailureReason, Offer, PriceKind, Reading
from alerts.domain.money import Money, machine_amount

_FAILURES = {reason.value for reason in FailureReason}


def reading_from(public: Mapping[str, Any], at: datetime) -> Reading:
    """The reading that `as_public` wrote, or that somebody wrote by hand; BadInput names what is wrong with it."""
    if not isinstance(public, Mapping):
        raise BadInput("reading: is not an object; write what `read --json` prints")
    verdict = str(public.get("verdict") or public.get("availability") or "unknown")
    url = str(public.get("url") or "")
    try:
        if verdict in _FAILURES:
            reason = FailureReason(verdict)
            return Reading(url=url, at=at, outcome=Failure(reason=reason, detail=str(public.get("reason") or "")))
        return Reading(url=url, at=at, outcome=_offer(public, verdict))
    except ValidationError as exc:
        error = exc.errors()[0]
        place = ".".join(str(part) for part in error["loc"])
        raise BadInput(f"reading.{place}: {error['msg'].removeprefix('Value error, ')}") from None


def _offer(public: Mapping[str, Any], verdict: str) -> Offer:
    try:
        availability = Availability(verdict)
        condition = Condition(public.get("condition") or "new")
        kind = PriceKind(public.get("price_kind") or "exact")
    except ValueError as exc:
        raise BadInput(f"reading: {exc}") from None
    evidence = public.get("evidence") or ()
    if not isinstance(evidence, list | tuple):
        raise BadInput("reading.evidence: is not a list; write what `read --json` prints, or leave it out")
    return Offer(
        availability=availability,
        price=_money(public, "price"),
        price_kind=kind,
        list_price=_money(public, "list_price"),
        stock_count=public.get("stock_count"),
        condition=condition,
        seller=public.get("seller"),
        shipping=_money(public, "shipping"),
        name=public.get("name"),
        evidence=tuple(Evidence.model_validate(each) for each in evidence),
        confidence=1.0 if public.get("confidence") is None else public["confidence"],
    )


def _money(public: Mapping[str, Any], key: str) -> Money | None:
    raw = public.get(key)
    if raw is None:
        return None
    amount, currency = machine_amount(raw), public.get("currency")
    if amount is None or not isinstance(currency, str):
        raise BadInput(f"reading.{key}: {raw!r} is not an amount with a currency")
    return Money.of(amount, currency)
