"""Listings as they are written, and back: one that was written or read here lately is not made from its text again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from alerts.domain.model import Known
from alerts.domain.vouch import Vouch

_REMEMBERED = 8192
_OFFER = {"offer"}


def vouch_text(vouch: Vouch) -> str:
    """A vouch as it is kept beside its listing."""
    return orjson.dumps([vouch.page, vouch.etag, vouch.reading, vouch.at.isoformat(), vouch.seen.isoformat()]).decode()


def vouches_in(found: Mapping[str, str]) -> Mapping[str, Vouch]:
    """By listing, of a snapshot's hash."""
    texts = {field[2:]: orjson.loads(text) for field, text in found.items() if field.startswith("p:")}
    return {
        listing: Vouch(page, etag, reading, datetime.fromisoformat(at), datetime.fromisoformat(seen))
        for listing, (page, etag, reading, at, seen) in texts.items()
    }


def read(_sku: str, _field: str, text: str) -> Known:
    """What a text says."""
    return Known.model_validate_json(text)


@dataclass(frozen=True, slots=True)
class _Kept:
    known: Known
    text: str
    offer: str  # the part of the text that is the offer


class Written:
    """The newest text of each listing beside what it says. It is used for that very text only, whoever wrote it."""

    def __init__(self, size: int = _REMEMBERED) -> None:
        self._newest: OrderedDict[tuple[str, str], _Kept] = OrderedDict()  # by sku and field
        self._size = size

    def __len__(self) -> int:
        return len(self._newest)

    def text(self, sku: str, known: Known) -> tuple[str, str]:
        """The field of a listing, and its text."""
        field = f"l:{known.listing}"
        text = known.model_dump_json(exclude_defaults=True, exclude=_OFFER)
        before, offer = self._newest.get((sku, field)), ""
        if known.offer is not None:
            # Most looks find the very offer that the last one found, and it is most of the text.
            is_same = before is not None and before.known.offer is known.offer and before.offer
            offer = before.offer if before and is_same else known.offer.model_dump_json(exclude_defaults=True)
            text = f'{text[:-1]},"offer":{offer}}}'
        self._remember(sku, field, _Kept(known, text, offer))
        return field, text

    def known(self, sku: str, field: str, text: str) -> Known:
        """What a text says."""
        kept = self._newest.get((sku, field))
        if kept and kept.text == text:
            return kept.known
        known = read(sku, field, text)
        self._remember(sku, field, _Kept(known, text, ""))
        return known

    def _remember(self, sku: str, field: str, kept: _Kept) -> None:
        self._newest[sku, field] = kept
        self._newest.move_to_end((sku, field))
        if len(self._newest) > self._size:
            self._newest.popitem(last=False)
