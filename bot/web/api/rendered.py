"""Answers as JSON, of which what does not change from one question to the next is made once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

import orjson

from alerts.domain.model import Product, Snapshot
from alerts.scan import Answer, Source
from bot.public import scan_as_public, scan_findings, scan_heading, stored_point_as_public

_POINTS_KEPT = 25_000  # of about half a kilobyte each


class _Kept(NamedTuple):
    snapshot: Snapshot
    is_stale: bool
    findings: Mapping[str, orjson.Fragment]


class RenderedScans:
    """Says what `scan_as_public` says, byte for byte. What was found is kept for as long as the very same snapshot is.

    A process holds a snapshot for a second (alerts/shelf.py), so of a product that is asked for often most of an answer
    is made once in a second, and nothing has to be told that it has changed.
    """

    def __init__(self, size: int = 500) -> None:
        self._size = size
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def __call__(self, answer: Answer, now: datetime) -> bytes:
        """The body of an answer to a scan."""
        if answer.changes:  # these are of the one look that found them
            return orjson.dumps(scan_as_public(answer, now))
        return orjson.dumps({**scan_heading(answer, now), **self._findings(answer)})

    def _findings(self, answer: Answer) -> Mapping[str, orjson.Fragment]:
        sku, is_stale = answer.product.sku, answer.source is Source.STALE
        kept = self._kept.get(sku)
        if kept is None or kept.snapshot is not answer.snapshot or kept.is_stale is not is_stale:
            findings = {name: orjson.Fragment(orjson.dumps(each)) for name, each in scan_findings(answer).items()}
            kept = self._kept[sku] = _Kept(answer.snapshot, is_stale, findings)
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return kept.findings


def rendered_history(product: Product, texts: Sequence[str], *, limit: int) -> bytes:
    """What `points_as_public` says of the newest `limit` of these points, newest first, byte for byte."""
    points = sorted(map(rendered_point, texts), key=itemgetter(0), reverse=True)[:limit]
    return orjson.dumps({"sku": product.sku, "name": product.name, "points": [each for _, each in points]})


@lru_cache(maxsize=_POINTS_KEPT)
def rendered_point(text: str) -> tuple[datetime, orjson.Fragment]:
    """When it was, and its JSON. A point never changes, and who asks again asks mostly for the same ones."""
    at, said = stored_point_as_public(text)
    return at, orjson.Fragment(orjson.dumps(said))
