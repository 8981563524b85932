"""What a watchlist would change: rows that mean the same put together, and compared with what is there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from alerts.domain.model import Product, Tier
from alerts.domain.quota import Use
from alerts.domain.said import say
from alerts.domain.wishes import Watch
from alerts.watchlists.rows import Fault, Row


@dataclass(frozen=True, slots=True)
class Wish:
    """A row whose product is known, or would be added at its address. `label` is what to call it on screen."""

    row: Row
    label: str
    product: Product | None = None
    is_added: bool = True

    @property
    def key(self) -> str:
        """The same for all rows of one product."""
        return f"sku {self.product.sku}" if self.product else f"url {self.row.url}"

    @property
    def is_own_hot(self) -> bool:
        """Whether it takes one of the guild's hot places."""
        is_default = self.product is not None and self.product.tier is Tier.HOT
        return self.row.tier is Tier.HOT and not self.row.paused and not is_default


@dataclass(frozen=True, slots=True)
class Conflict:
    """What is watched already, but otherwise: by field, what is here and what the file says."""

    wish: Wish
    differences: Mapping[str, tuple[object, object]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done. `merged` rows said no more than another row of the same product."""

    adds: tuple[Wish, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    unchanged: tuple[Wish, ...] = ()
    merged: int = 0
    faults: tuple[Fault, ...] = ()

    @property
    def has_work(self) -> bool:
        return bool(self.adds or self.conflicts)


def plan(wishes: Sequence[Wish], watched: Mapping[str, Watch], *, room: Use, faults: Iterable[Fault] = ()) -> Plan:
    """Compare with what a guild watches, by sku; `room` is what its quota leaves. `faults` come along, all by row."""
    single, merged, wrong = _merged(wishes)
    adds, conflicts, unchanged, wrong = list[Wish](), list[Conflict](), list[Wish](), [*faults, *wrong]
    for wish in single:
        watch = watched.get(wish.product.sku) if wish.product else None
        if watch is None or wish.product is None:
            adds.append(wish)
        elif differences := _differences(wish.row, watch, wish.product):
            conflicts.append(Conflict(wish, differences))
        else:
            unchanged.append(wish)
    fitting, left_out = _fitting(adds, room)
    wrong = sorted([*wrong, *left_out], key=_in_file)
    return Plan(tuple(fitting), tuple(conflicts), tuple(unchanged), merged, tuple(wrong))


def _in_file(fault: Fault) -> list[int]:
    """Where a fault stands: "row 5", "entry 3 (line 12)"."""
    return [int(number) for number in re.findall(r"\d+", fault.where)]


def _merged(wishes: Sequence[Wish]) -> tuple[list[Wish], int, list[Fault]]:
    found: dict[str, Wish] = {}
    merged, faults = 0, list[Fault]()
    for wish in wishes:
        first = found.setdefault(wish.key, wish)
        if first is wish:
            continue
        said = {name: (getattr(first.row, name), getattr(wish.row, name)) for name in ("name", "tier", "paused")}
        odd = [name for name, (one, other) in said.items() if None not in (one, other) and one != other]
        faults += [Fault(wish.row.where, name, _twice(name, first.row.where)) for name in odd]
        if not odd:
            both = {name: one if one is not None else other for name, (one, other) in said.items()}
            row = first.row.model_copy(update=both)
            found[wish.key] = replace(first, row=row, label=row.name or first.label)
            merged += 1
    return list(found.values()), merged, faults


def _twice(field: str, first: str) -> str:
    return say("says another {field} than {first} for the same product; keep one of the two", field=field, first=first)


def _differences(row: Row, watch: Watch, product: Product) -> dict[str, tuple[object, object]]:
    here = {"name": watch.name or product.name, "tier": watch.tier_of(product), "paused": watch.paused}
    said = {name: (mine, getattr(row, name)) for name, mine in here.items()}
    return {name: (mine, theirs) for name, (mine, theirs) in said.items() if theirs is not None and theirs != mine}


_NO_PLACE = say("there is no room for it: this server watches as many products as it may")
_NO_ADDRESS = say("there is no room for it: this server watches as many addresses as it may")
_NO_HOT = say("there is no room on the hot tier; write warm")


def _fitting(adds: Sequence[Wish], room: Use) -> tuple[list[Wish], list[Fault]]:
    """Those that the quota leaves room for, in the order of the file; the others are named."""
    fitting, faults, left = list[Wish](), list[Fault](), list(room)
    needs: tuple[tuple[str, str, Callable[[Wish], bool]], ...] = (
        ("product", _NO_PLACE, lambda _: True),
        ("url", _NO_ADDRESS, lambda w: w.is_added),
        ("tier", _NO_HOT, lambda w: w.is_own_hot),
    )
    for wish in adds:
        asked = [is_asked(wish) for _, _, is_asked in needs]
        lacking = next((i for i, is_asked in enumerate(asked) if is_asked and left[i] <= 0), None)
        if lacking is not None:
            field, problem, _ = needs[lacking]
            faults.append(Fault(wish.row.where, field, problem))
            continue
        left = [there - is_asked for there, is_asked in zip(left, asked, strict=True)]
        fitting.append(wish)
    return fitting, faults
