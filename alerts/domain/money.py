"""Money: a decimal amount and its ISO 4217 currency. Never a float."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer

# ISO 4217 minor units that differ from two (list one, amendment 176).
_EXPONENTS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
# A price of sixteen digits is a parsing accident, and huge exponents cost seconds to expand.
_MACHINE_NUMBER = re.compile(r"\d{1,12}(\.\d{1,6})?")


def exponent(currency: str) -> int:
    """How many decimals prices in this currency have."""
    return _EXPONENTS.get(currency, 2)


def machine_amount(raw: object) -> Decimal | None:
    """A number written for machines ("1499.90", 1499.9), or None when it is not plainly one."""
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str, Decimal)):
        return None
    text = str(raw).strip()
    if not _MACHINE_NUMBER.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _iso(code: str) -> str:
    if not re.fullmatch("[A-Z]{3}", code):
        raise ValueError("is not a currency code; write three capital letters such as GBP")
    return code


def _sane(amount: Decimal) -> Decimal:
    if not amount.is_finite() or not 0 <= amount < 10**12:
        raise ValueError("is no price")
    return amount


Currency = Annotated[str, AfterValidator(_iso)]
Amount = Annotated[Decimal, AfterValidator(_sane), PlainSerializer(str, return_type=str, when_used="json")]


class Money(BaseModel):
    """An amount of one currency, kept at that currency's own number of decimals when it fits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: Amount
    currency: Currency

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> Self:
        """Build from anything exact. 2879.2 and 2879.20 GBP are the same money and the same text."""
        value = Decimal(amount)
        places = max(exponent(currency), -_exponent_of(value.normalize()))
        return cls(amount=value.quantize(Decimal(1).scaleb(-places)), currency=currency)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def change_to(self, other: Money) -> Decimal:
        """By which fraction the price moves to `other`: -0.2 is a fifth cheaper. Same currency only."""
        if self.currency != other.currency:
            raise ValueError("prices of two currencies are not compared")
        return (other.amount - self.amount) / self.amount if self.amount else Decimal(0)


def _exponent_of(value: Decimal) -> int:
    found = value.as_tuple().exponent
    return min(found, 0) if isinstance(found, int) else 0
