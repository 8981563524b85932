"""Prices and times as people type them. What could mean two things is refused, with an example of what cannot."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from alerts.domain.errors import BadInput
from alerts.domain.money import Money, exponent
from alerts.domain.quiet import day_of, moment
from alerts.domain.said import Said, say
from alerts.domain.text import plain
from alerts.domain.written import price, span, time_of_day

_CODES = frozenset(
    """
    AED ALL AMD ARS AUD AZN BAM BDT BGN BHD BOB BRL BYN CAD CHF CLP CNY COP CRC CZK DKK DOP DZD EGP EUR GBP GEL
    GHS GTQ HKD HNL HUF IDR ILS INR IQD ISK JMD JOD JPY KES KRW KWD KZT LBP LKR MAD MDL MKD MUR MXN MYR NGN NOK
    NPR NZD OMR PAB PEN PHP PKR PLN PYG QAR RON RSD RUB SAR SEK SGD THB TND TRY TTD TWD TZS UAH UGX USD UYU UZS
    VND XAF XOF ZAR
    """.split()
)
_SIGNS = {
    "£": "GBP", "€": "EUR", "₹": "INR", "₩": "KRW", "₺": "TRY", "₴": "UAH", "₽": "RUB", "₫": "VND", "₪": "ILS",
    "₱": "PHP", "฿": "THB", "円": "JPY", "元": "CNY", "zł": "PLN", "kč": "CZK", "ft": "HUF", "r$": "BRL",
    "us$": "USD", "a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD", "nz$": "NZD", "hk$": "HKD", "s$": "SGD",
    "nt$": "TWD", "mx$": "MXN", "fr": "CHF", "fr.": "CHF", "sfr": "CHF", "euro": "EUR", "euros": "EUR",
}  # fmt: skip
_SHARED_SIGNS = {
    "$": ("USD", "CAD", "AUD", "NZD", "HKD", "SGD", "TWD", "MXN", "CLP", "COP", "ARS"),
    "¥": ("JPY", "CNY"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "kr.": ("DKK", "NOK", "SEK", "ISK"),
}
_TYPED = re.compile(r"(?P<before>[^\d\s,'-]*?)\s*(?P<number>\d[\d.,' ]*?)(?:[.,][-–—]+)?\s*(?P<after>[^\d\s,'-]*)")
_GROUPED = re.compile(r"\d{1,3}(?P<group>[ '.,])\d{3}(?:(?P=group)\d{3})*(?:(?P<point>[.,])(?P<cents>\d+))?")
_PLAIN = re.compile(r"(?P<whole>\d+)(?:[.,](?P<cents>\d+))?")
_LONGEST = 60
_FARTHEST = timedelta(days=366)
_MOMENT = re.compile(r"(?:(?P<day>\d{4}-\d{1,2}-\d{1,2})(?:[ T]+|$))?(?P<at>\d{1,2}:\d\d)?")


def typed_price(text: str, default: str | None) -> Money:
    """What somebody typed as a price: "450", "£450", "450 gbp", "1.299,00 €". BadInput when it is not certain.

    `default` is the currency of one that names none; a sign that several currencies share means it, too, or nothing.
    """
    tidy = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).replace("’", "'")).strip()
    is_odd = len(tidy) > _LONGEST or any(_hides(letter) for letter in text)
    found = None if is_odd else _TYPED.fullmatch(tidy)
    if found is None:
        raise BadInput(say("“{text}” is not a price; {example}.", text=_short(text), example=_example(default)))
    named = [_currency(word, default, text) for word in (found["before"], found["after"]) if word]
    currency = named[0] if named else default
    if currency is None:
        raise BadInput(say("“{text}” names no currency; write it too, such as 450 GBP.", text=_short(text)))
    if len(set(named)) > 1:
        problem = say("“{text}” names two currencies; {example}.", text=_short(text), example=_example(currency))
        raise BadInput(problem)
    amount = _amount(found["number"].strip(), currency, text)
    try:
        money = price({"amount": str(amount), "currency": currency})
    except ValueError:
        raise BadInput(
            say("“{text}” is not a price to wait for; {example}.", text=_short(text), example=_example(currency))
        ) from None
    assert isinstance(money, Money)
    return money


def typed_until(text: str, now: datetime, zone: str) -> datetime:
    """A time to come, as "4h", "18:00" or "2026-12-24 18:00" in the timezone; BadInput for what is none."""
    tidy = re.sub(r"\s+", " ", text).strip()
    until = _after(tidy, now) or _at(tidy, now, zone)
    if until is None:
        raise BadInput(
            say("“{text}” is not a time; write one such as 4h, 1d, 18:00 or 2026-12-24 18:00.", text=_short(text))
        )
    if until <= now:
        raise BadInput(say("“{text}” is over already; write a time to come, such as 4h or 18:00.", text=_short(text)))
    return until


def _hides(letter: str) -> bool:
    """Whether it is not seen, or only looks like a digit: 5² is not 52."""
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "No") and not letter.isspace()


def _currency(word: str, default: str | None, text: str) -> str:
    folded = word.casefold()
    if word.upper() in _CODES:
        return word.upper()
    if folded in _SIGNS:
        return _SIGNS[folded]
    shared = _SHARED_SIGNS.get(folded)
    if shared is None:
        raise BadInput(
            say(
                "“{text}”: I know no currency “{word}”; {example}.",
                text=_short(text),
                word=_short(word),
                example=_example(default),
            )
        )
    if default in shared:
        return default
    raise BadInput(
        say(
            "“{text}”: several currencies share the sign “{word}” ({several}, …); write the one you mean "
            "with its three letters, such as 450 {currency}.",
            text=_short(text),
            word=_short(word),
            several=", ".join(shared[:3]),
            currency=shared[0],
        )
    )


def _amount(number: str, currency: str, text: str) -> Decimal:
    """The number by the decimals that the currency has: "1.299" is a thousand and some where cents are two digits."""
    places = exponent(currency)
    grouped, simple = _GROUPED.fullmatch(number), _PLAIN.fullmatch(number)
    if grouped and simple and (places >= 3 or number.startswith("0")):
        raise BadInput(
            say(
                "“{text}” may be {whole} or {fraction}; write it without a separator of thousands.",
                text=_short(text),
                whole=re.sub("[^0-9]", "", number).lstrip("0") or "0",
                fraction=number.replace(",", "."),
            )
        )
    if grouped and grouped["point"] != grouped["group"] and len(grouped["cents"] or "") <= places:
        whole = number[: grouped.start("point")] if grouped["point"] else number
        return Decimal(f"{re.sub('[^0-9]', '', whole)}.{grouped['cents'] or 0}")
    if simple and len(simple["cents"] or "") <= places:
        return Decimal(f"{simple['whole']}.{simple['cents'] or 0}")
    raise BadInput(
        say("“{text}” is not a price that I can be sure of; {example}.", text=_short(text), example=_example(currency))
    )


def _after(text: str, now: datetime) -> datetime | None:
    try:
        wait = span(text)
    except (ValueError, OverflowError):
        return None
    return now + wait if isinstance(wait, timedelta) and wait <= _FARTHEST else None


def _at(text: str, now: datetime, zone: str) -> datetime | None:
    found = _MOMENT.fullmatch(text)
    if found is None or not text:
        return None
    try:
        at = time_of_day(found["at"]) if found["at"] else time()
        day = date(*map(int, found["day"].split("-"))) if found["day"] else None
        assert isinstance(at, time)
        if day:
            return moment(day, at, zone)
    except (ValueError, OverflowError):
        return None
    today = day_of(now, zone)
    return next((each for each in (moment(today, at, zone), moment(_next(today), at, zone)) if each > now), None)


def _next(day: date) -> date:
    return (datetime.combine(day, time(), UTC) + timedelta(days=1)).date()


def _example(currency: str | None) -> Said:
    example = {0: "450", 3: "450.500"}.get(exponent(currency or "GBP"), "450.50")
    return say("write one such as {price}", price=f"{example} {currency or 'GBP'}")


def _short(text: str) -> str:
    return plain(text, 40)
