"""One row of a watchlist: the words of a file to what they mean, or what is wrong with them and its cure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from alerts.domain.canonical import canonical, is_address
from alerts.domain.catalogue import LONGEST_NAME
from alerts.domain.errors import BadInput
from alerts.domain.model import Fact, Tier
from alerts.domain.said import SaidText, say
from alerts.domain.text import plain, units

FIELDS = ("product", "url", "name", "tier", "paused")
_YES, _NO = frozenset({"true", "yes", "1", "on"}), frozenset({"false", "no", "0", "off"})


class Row(Fact):
    """What a row asks for: a product or an address, and what else it states; None for what it leaves open."""

    where: SaidText
    product: str | None = None
    url: str | None = None
    name: str | None = None
    tier: Tier | None = None
    paused: bool | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """The words of a row as they stand in the file, and where: "row 5" or "entry 3 (line 12)"."""

    where: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that cannot be taken: which, what of it, why and what to do."""

    where: SaidText
    field: str
    problem: SaidText

    def __str__(self) -> str:
        return say("{where}, {field}: {problem}", where=self.where, field=self.field, problem=self.problem)


def row_of(raw: Raw) -> Row | list[Fault]:
    """What the words mean, or everything that is wrong with them."""
    faults = [Fault(raw.where, plain(name, 40) or "?", _UNKNOWN) for name in raw.fields if name not in FIELDS]
    said = {name: raw.fields.get(name, "").strip() for name in FIELDS}
    meant: dict[str, object] = {}
    for name in FIELDS:
        try:
            meant[name] = _MEANINGS[name](said[name]) if said[name] else None
        except BadInput as exc:
            faults.append(Fault(raw.where, name, str(exc)))
    if not said["product"] and not said["url"]:
        faults.append(Fault(raw.where, "product", say("names nothing; write a product's sku or name here, or a url")))
    if said["product"] and said["url"]:
        faults.append(Fault(raw.where, "url", say("stands beside a product; leave one of the two empty")))
    return faults or Row.model_validate({"where": raw.where, **meant})


_UNKNOWN = say("is no column of a watchlist; these are: {columns}", columns=", ".join(FIELDS))


def _product(said: str) -> str:
    if is_address(said):
        raise BadInput(say("is an address; write it under url"))
    return plain(said, 200)


def _url(said: str) -> str:
    return canonical(said)


def _name(said: str) -> str:
    name = plain(said, 1000)
    if units(name) > LONGEST_NAME:
        raise BadInput(say("is longer than {count} characters; shorten it", count=LONGEST_NAME))
    return name


def _tier(said: str) -> Tier:
    try:
        return Tier(said.lower())
    except ValueError:
        text = say("is {word}; write hot, warm, cold or frozen, or nothing", word=repr(plain(said, 30)))
        raise BadInput(text) from None


def _paused(said: str) -> bool:
    if said.lower() in _YES | _NO:
        return said.lower() in _YES
    raise BadInput(say("is {word}; write true or false, or nothing", word=repr(plain(said, 30))))


_MEANINGS: dict[str, Callable[[str], object]] = {
    "product": _product,
    "url": _url,
    "name": _name,
    "tier": _tier,
    "paused": _paused,
}
