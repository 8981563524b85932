"""Listings as they are written, and back: one that was written or read here lately is not made from its text again."""

from __future__ import annotations

from collections import OrderedDict

from alerts.domain.model import Known

_REMEMBERED = 8192
_Place = tuple[str, str]  # sku, field


def read(_sku: str, _field: str, text: str) -> Known:
    """What a text says."""
    return Known.model_validate_json(text)


class Written:
    """The newest text of each listing beside what it says. It is used for that very text only, whoever wrote it."""

    def __init__(self, size: int = _REMEMBERED) -> None:
        self._newest: OrderedDict[_Place, tuple[str, Known]] = OrderedDict()
        self._size = size

    def text(self, sku: str, known: Known) -> tuple[str, str]:
        """The field of a listing, and its text."""
        field, text = f"l:{known.listing}", known.model_dump_json(exclude_defaults=True)
        self._remember((sku, field), text, known)
        return field, text

    def known(self, sku: str, field: str, text: str) -> Known:
        """The same of a text that may be known."""
        kept = self._newest.get((sku, field))
        if kept and kept[0] == text:
            return kept[1]
        known = read(sku, field, text)
        self._remember((sku, field), text, known)
        return known

    def _remember(self, place: _Place, text: str, known: Known) -> None:
        self._newest[place] = text, known
        self._newest.move_to_end(place)
        if len(self._newest) > self._size:
            self._newest.popitem(last=False)

    def __len__(self) -> int:
        return len(self._newest)
