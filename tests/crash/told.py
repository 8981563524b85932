"""What stands in the channels, and how it differs from the model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from bot.playground.discord.world import Event, World
from tests.crash.acts import Model

_ELSEWHERE = {"Before", "Also in stock", "Lately", "Why"}
_PRICE = re.compile(r"\*\*£[\d.]+\*\*|~~£[\d.]+~~")
_LINE = re.compile(r"• (?P<headline>[^:]+): \*\*(?P<name>.+)\*\* at [^,]+, (?P<price>£[\d.]+)")


@dataclass(frozen=True, slots=True)
class Faults:
    """How often something was lost, told twice, or told in the wrong order; and what, for whoever has to mend it."""

    lost: int = 0
    duplicated: int = 0
    disordered: int = 0
    detail: str = ""

    def __bool__(self) -> bool:
        return bool(self.lost or self.duplicated or self.disordered)


@dataclass(slots=True)
class Record:
    """Every state of every message in the order they were shown, by channel and product."""

    world: World
    _states: dict[tuple[str, str], dict[str, list[str]]] = field(default_factory=dict)

    def hear(self, event: Event) -> None:
        if event.kind not in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
            return
        channel = self.world.channel(event.data["channel_id"]).name
        for name, state in _news(event.data):
            self._states.setdefault((channel, name), {}).setdefault(event.data["id"], []).append(state)

    def shown(self) -> dict[tuple[str, str], list[list[str]]]:
        """An edit that changes nothing is not seen by anybody."""
        return {
            place: [[state for state, _ in groupby(states)] for states in messages.values()]
            for place, messages in self._states.items()
        }

    def faults(self, model: Model) -> Faults:
        """Compare with what should be seen."""
        shown = self.shown()
        found = [_compare(place, model.get(place, ()), shown.get(place, ())) for place in {*model, *shown}]
        return Faults(
            lost=sum(each.lost for each in found),
            duplicated=sum(each.duplicated for each in found),
            disordered=sum(each.disordered for each in found),
            detail="; ".join(each.detail for each in found if each),
        )


def _compare(place: tuple[str, str], model: Sequence[Sequence[str]], shown: Sequence[Sequence[str]]) -> Faults:
    """Every message once and in order; each shows its states in order, some of them unseen, and ends as it should."""
    wanted, found = Counter(each[0] for each in model), Counter(each[0] for each in shown)
    lost, extra = wanted - found, found - wanted
    kept = [states for at, states in enumerate(shown) if not _is_extra(at, shown, wanted)]
    right = [states for states in model if not lost[states[0]]]
    disordered = int([each[0] for each in kept] != [each[0] for each in right])
    unfinished = 0
    for states, should in zip(kept, right, strict=False):
        if states[0] != should[0]:
            continue
        unfinished += states[-1] != should[-1]
        disordered += not _is_part_of(states, should)
    detail = f"{place}: should be {list(map(list, model))}, is {list(map(list, shown))}"
    return Faults(sum(lost.values()) + unfinished, sum(extra.values()), disordered, detail)


def _is_extra(at: int, shown: Sequence[Sequence[str]], wanted: Counter[str]) -> bool:
    """Whether as many that began like this as there should be stood there before it."""
    first = shown[at][0]
    return sum(each[0] == first for each in shown[:at]) >= wanted[first]


def _is_part_of(states: Sequence[str], should: Sequence[str]) -> bool:
    """Whether they come in this order; each found after the one before it."""
    left = iter(should)
    return all(any(state == each for each in left) for state in states)


def _news(message: dict[str, Any]) -> list[tuple[str, str]]:
    """The product and the state that a message shows of it, for each piece of news in it."""
    found = []
    for embed in message["embeds"]:
        headline, _, name = embed["title"].partition(": ")
        if not name:
            lines = _LINE.finditer(embed["description"])
            found += [(each["name"], f"{each['headline']} {each['price']}") for each in lines]
            continue
        values = [each["value"].splitlines()[0] for each in embed.get("fields", ()) if each["name"] not in _ELSEWHERE]
        # Of several alerts in one message each is a few lines, with the prices of the shops in them.
        values = values or _PRICE.findall(embed.get("description", ""))
        prices = sorted((_price(value) for value in values), key=lambda text: text.strip("()"))
        found.append((name, " ".join([re.sub(r" after .*", "", headline), *prices])))
    return found


def _price(text: str) -> str:
    """One that is struck through is of a shop that has sold out."""
    price = text.strip("*~")
    return f"({price})" if text.startswith("~~") else price
