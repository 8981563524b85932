"""Words and numbers of a price to an exact amount, by the decimals its currency has. Pure."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from price_parser import Price

from alerts.domain.money import Money, exponent, machine_amount
from alerts.reading.data.facts import Number

# Currencies whose prices are written without decimals although ISO 4217 has two: "199.000" is never 199 there.
_NO_CENTS = frozenset("COP IDR HUF IRR LBP UZS MMK CRC AMD TZS NGN MNT RSD ARS".split())
_SCIENTIFIC = re.compile(r"\d[eE][+-]?\d")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_FOREIGN = re.compile("[\u0660-\u066c\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59\uff00-\uffef]")
_LARGEST = Decimal(10) ** 9


def machine_price(raw: str, currency: str) -> Decimal | None:
    """The amount of a field written for machines: a plain decimal, or else whatever a person would read."""
    text = ascii_digits(raw).strip()
    if text.startswith("-") or _SCIENTIFIC.search(text):
        return None
    plain = machine_amount(text)
    if plain is None or (_THOUSANDS.fullmatch(text) and not _is_decimal(raw, text, currency)):
        return human_price(text, currency)
    return _sane(plain, currency)


def _is_decimal(raw: str, text: str, currency: str) -> bool:
    # "1.299" may be a thousand and some, or a tax left three decimals; "199.000" has empty decimals.
    if exponent(currency) == 0 or currency in _NO_CENTS:
        return False
    return isinstance(raw, Number) or text.endswith(".000") or exponent(currency) == 3


def human_price(text: str, currency: str) -> Decimal | None:
    """The amount of one price as people write it ("1.149,–", "24.990", "1 299,90"), or None."""
    found = re.search(r"\d[\d.,'’`\s\u00a0\u202f]*", ascii_digits(text)[:80])
    if found is None:
        return None
    digits = re.sub(r"[\s\u00a0\u202f'’`]", "", found.group()).rstrip(".,")
    return _sane(Price.fromstring(digits, decimal_separator=_separator(digits, currency)).amount, currency)


def money(amount: Decimal, currency: str) -> Money:
    """The amount as Money; decimals beyond the currency's own, which a tax left behind, are rounded."""
    return Money.of(amount.quantize(Decimal(1).scaleb(-exponent(currency))), currency)


def ascii_digits(text: str) -> str:
    """The same text with every script's digits and full-width signs as ASCII."""
    if text.isascii() or not _FOREIGN.search(text):
        return text
    text = unicodedata.normalize("NFKC", text).replace("\u066b", ".").replace("\u066c", ",")
    return "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in text)


def _separator(digits: str, currency: str) -> str | None:
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return None
    sign, other = digits[last], "," if digits[last] == "." else "."
    decimals = len(digits) - last - 1
    if digits.count(sign) > 1:
        return other
    if decimals != 3:
        # Four digits behind a point are a shop's own precision; behind a currency without decimals they are noise.
        return sign
    if other in digits:
        return sign  # "1.234,567": two kinds of sign, the last one is the decimal one
    if digits[:last].lstrip("0") == "" or len(digits[:last]) > 3:
        return sign
    return sign if exponent(currency) == 3 else other


def _sane(amount: Decimal | None, currency: str) -> Decimal | None:
    if amount is None or not 0 < amount < _LARGEST:
        return None
    rounded = amount.quantize(Decimal(1).scaleb(-exponent(currency)))
    return rounded if rounded > 0 else None
