"""Texts of ours that can be said in other languages: English, with the template and the values it was made from.

`say("Nobody looked at {shop} yet.", shop=name)` is the English sentence as a str. Faces translate the template and put
the values in again; a text kept in memory keeps both (`SaidText`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any, TypeAlias

from pydantic import PlainSerializer, ValidatorFunctionWrapHandler, WrapValidator

from alerts.domain.money import Money
from alerts.domain.text import plain, units

Value: TypeAlias = str | int | Decimal | Money
_SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}


class Said(str):
    """English text that remembers what it was made from. A value may be Said itself, to be translated with it.

    `str()` of it, and of an error made with it, is the Said itself; to cut, join or format it makes plain text.
    """

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, Value]

    def __new__(cls, template: str, values: Mapping[str, Value]) -> Said:
        written = {name: english(value) for name, value in values.items()}
        made = super().__new__(cls, template.format(**written) if written else template)
        made.template, made.values = template, dict(values)
        return made

    def __str__(self) -> str:
        return self

    def __format__(self, spec: str) -> str:
        return format(str.__str__(self), spec)

    def __reduce__(self) -> tuple[type[Said], tuple[str, Mapping[str, Value]]]:
        return type(self), (self.template, self.values)


def say(template: str, /, **values: Value) -> Said:
    """The template, which is a literal so that the catalogues can be collected, with `{name}` replaced by the values.

    A text or a whole number stands as it is; money and other numbers are written as the language does.
    """
    return Said(template, values)


def joined(parts: Iterable[str], link: str) -> Said:
    """Several texts in a row, with the same link in every language."""
    values: dict[str, Value] = {f"part{number}": part for number, part in enumerate(parts)}
    return Said(link.join(f"{{{name}}}" for name in values), values)


def english(value: Value) -> str:
    """How a value reads in English: `£1,499.90`; a currency without a sign of its own keeps its code."""
    if isinstance(value, Money):
        sign = _SIGNS.get(value.currency)
        return f"{sign}{value.amount:,}" if sign else f"{value.amount:,} {value.currency}"
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def tidied(text: str, limit: int, clean: Callable[[str, int], str] = plain) -> str:
    """`plain`, which leaves a text translatable: its values are made plain and, if need be, shorter until it fits."""
    if isinstance(text, Said):
        for longest in (limit, 60, 20):
            if units(fitting := with_clean_values(text, longest, clean)) <= limit:
                return fitting
    return clean(text, limit)


def with_clean_values(text: Said, limit: int, clean: Callable[[str, int], str]) -> Said:
    """The same sentence of ours, with every text that was put into it made clean."""

    def cleaned(value: Value) -> Value:
        if isinstance(value, Said):
            return with_clean_values(value, limit, clean)
        return clean(value, limit) if isinstance(value, str) else value

    return Said(text.template, {name: cleaned(value) for name, value in text.values.items()})


def _kept(value: Value) -> Any:
    """A value for JSON; plain texts and whole numbers are themselves."""
    if isinstance(value, Said):
        return {"t": value.template, "v": {name: _kept(each) for name, each in value.values.items()}}
    if isinstance(value, Money):
        return {"amount": str(value.amount), "currency": value.currency}
    return {"number": str(value)} if isinstance(value, Decimal) else value


def _value(kept: Any) -> Value:
    match kept:
        case str() | int():
            return kept
        case {"t": str(template), "v": Mapping() as values}:
            return Said(template, {str(name): _value(each) for name, each in values.items()})
        case {"amount": amount, "currency": currency}:
            return Money(amount=amount, currency=currency)
        case {"number": str(number)}:
            return Decimal(number)
    raise ValueError("is no text as it is kept in memory")


def _read(raw: object, plainly: ValidatorFunctionWrapHandler) -> str:
    if isinstance(raw, Said):
        return raw
    try:
        found = _value(raw) if isinstance(raw, Mapping) else raw
    except (ArithmeticError, LookupError) as exc:
        raise ValueError("is no text as it is kept in memory") from exc
    return found if isinstance(found, Said) else str(plainly(found))


SaidText = Annotated[str, WrapValidator(_read), PlainSerializer(_kept, when_used="json")]
"""A field for a text that is kept and said later: `model_dump_json` keeps what a Said was made from."""
