"""A price as a person types it: `500`, `£499.90`, `1.299,95 €`, `500 GBP`."""

from __future__ import annotations

import re
from decimal import Decimal

from alerts.domain.errors import BadInput
from alerts.domain.money import Money
from alerts.domain.written import price

_SHAPE = re.compile(r"(?P<before>[^\d\s.,]{0,3})\s*(?P<number>\d[\d.,' \u00a0\u202f]*)\s*(?P<after>[^\d\s.,]{0,3})")
_SIGNS = {"£": "GBP", "€": "EUR", "¥": "JPY", "￥": "JPY", "円": "JPY", "R$": "BRL"}
_GROUPED = re.compile(r"\d{1,3}([.,' \u00a0\u202f])\d{3}(?:\1\d{3})*(?:[.,]\d{1,2})?")
_PLAIN = re.compile(r"\d+(?:[.,]\d{1,2})?")
_CURE = "write it like 500, 499.90 or 500 GBP"


def typed_price(text: str, currency: str | None) -> Money:
    """The price that is meant; `currency` for one that names none. BadInput when it could mean two things.

    Three digits behind a single dot or comma are thousands: nobody asks for a tenth of a penny.
    """
    found = _SHAPE.fullmatch(text.strip())
    number = _number(found["number"].strip()) if found else None
    if not found or number is None or (found["before"] and found["after"]):
        raise BadInput(f"Price: “{text.strip()[:40]}” is no price to me; {_CURE}.")
    named = _currency((found["before"] or found["after"]).strip(), currency)
    if named is None:
        raise BadInput(f"Price: name the currency, too; {_CURE}.")
    try:
        money = price({"amount": str(number), "currency": named})
    except ValueError as exc:
        raise BadInput(f"Price: {text.strip()[:40]} {exc}.") from None
    assert isinstance(money, Money)
    return money


def _number(text: str) -> Decimal | None:
    if grouped := _GROUPED.fullmatch(text):
        whole, mark = text, grouped[1]
        rest = re.search(r"[.,]\d{1,2}$", text)
        if rest:
            whole = text[: rest.start()]
            if rest[0][0] == mark:
                return None
        return Decimal(re.sub(r"\D", "", whole) + ("." + rest[0][1:] if rest else ""))
    return Decimal(text.replace(",", ".")) if _PLAIN.fullmatch(text) else None


def _currency(named: str, usual: str | None) -> str | None:
    if not named:
        return usual
    if named == "$":
        return usual if usual and usual.endswith("D") else "USD"
    if named in _SIGNS:
        return _SIGNS[named]
    return named.upper() if re.fullmatch("[A-Za-z]{3}", named) else None
