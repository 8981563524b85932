"""How to look at each vendor: the configured ones, and whichever host somebody names."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from alerts.ports import BreakerFacts, Look

_REMEMBERED = 4096  # hosts that nobody configured; the one asked longest ago is forgotten with its breaker and pace


class Looks(Mapping[str, Look]):
    """By vendor. One that is not there is made when it is first asked for, so every name has a look."""

    def __init__(self, vendors: Iterable[str], make: Callable[[str], Look]) -> None:
        self._make = make
        self._fixed = {name: make(name) for name in vendors}
        self._others: OrderedDict[str, Look] = OrderedDict()

    def configure(self, vendors: Iterable[str]) -> None:
        """These are the configured ones from now on; those that there are keep their breaker and pace."""
        self._fixed = {
            name: self._fixed.get(name) or self._others.pop(name, None) or self._make(name) for name in vendors
        }

    def become(self, other: Looks) -> None:
        """Look as the other does from now on; a look that was taken before stays as it was."""
        self._make, self._fixed, self._others = other._make, other._fixed, other._others

    def __getitem__(self, vendor: str) -> Look:
        look = self._fixed.get(vendor) or self._others.get(vendor)
        if look is None:
            look = self._others[vendor] = self._make(vendor)
        if vendor in self._others:
            self._others.move_to_end(vendor)
            while len(self._others) > _REMEMBERED:
                self._others.popitem(last=False)
        return look

    def breakers(self) -> Sequence[BreakerFacts]:
        """How each vendor's breaker stands that was looked at or is configured. Nobody is asked earlier for it."""
        looks = [*self._fixed.values(), *self._others.values()]
        return [facts for look in looks if (facts := getattr(look, "facts", None))]

    def __iter__(self) -> Iterator[str]:
        yield from self._fixed
        yield from list(self._others)

    def __len__(self) -> int:
        return len(self._fixed) + len(self._others)
