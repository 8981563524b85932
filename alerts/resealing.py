"""Another secret key: what the older ones sealed is sealed anew, and what hangs on them still is counted.

An address or a webhook's secret is decrypted and encrypted again. Of an API key there is only a digest: it is kept anew
when its owner next uses it, so here it can only be said how many wait for that. Each thing is done by itself, and doing
it again does no harm: a run that was stopped is finished by the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from alerts.api_keys import pepper_marks
from alerts.domain.api_keys import ApiKey
from alerts.store.ports import Seal
from alerts.store.promises.api_keys import Derives
from alerts.store.promises.resealing import Resealable, SealedText


class Keys(Seal, Derives, Protocol):
    """The secret key, or several: the first seals, all open."""


@dataclass(slots=True)
class Resealed:
    """How everything stands. `older` opens with an older key: it has been sealed anew, or would be in a dry run."""

    current: int = 0
    older: int = 0
    lost: list[SealedText] = field(default_factory=list)  # no key opens them
    api_keys: int = 0  # under the newest key
    waiting: list[ApiKey] = field(default_factory=list)  # under an older one, or nobody knows yet, until they are used
    dead: list[ApiKey] = field(default_factory=list)  # under none of the keys


class Resealing:
    """Walks through all of memory."""

    def __init__(self, *, store: Resealable, keys: Keys) -> None:
        self._store, self._keys = store, keys

    async def __call__(self, *, is_dry: bool) -> Resealed:
        """Seal anew whatever an older key sealed; `is_dry`: only count. A StoreError in the middle does no harm."""
        found = Resealed()
        async for each in self._store.everything_sealed():
            await self._see(each, found, is_dry=is_dry)
        marks = pepper_marks(self._keys)
        async for key in self._store.every_api_key():
            _count(key, marks, found)
        return found

    async def _see(self, it: SealedText, found: Resealed, *, is_dry: bool) -> None:
        text = self._keys.open(it.text)
        if text is None:
            found.lost.append(it)
        elif self._keys.is_current(it.text):
            found.current += 1
        else:
            if not is_dry:  # whoever was quicker sealed it with the newest key, or removed it
                await self._store.swap_sealed(it, self._keys.seal(text))
            found.older += 1


def _count(key: ApiKey, marks: Sequence[str], found: Resealed) -> None:
    if marks and key.pepper == marks[0]:
        found.api_keys += 1
    elif not key.pepper or key.pepper in marks:
        found.waiting.append(key)
    else:
        found.dead.append(key)
