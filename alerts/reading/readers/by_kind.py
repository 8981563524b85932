"""The reader that a listing asks for."""

from __future__ import annotations

from collections.abc import Mapping

from alerts.domain.errors import ReadError
from alerts.domain.model import FailureReason, Listing, Offer, ReaderKind
from alerts.domain.said import say
from alerts.ports import Reader


class Readers:
    """A Reader that hands each listing to the one of its kind."""

    def __init__(self, readers: Mapping[ReaderKind, Reader]) -> None:
        self._readers = readers

    async def read(self, listing: Listing) -> Offer:
        reader = self._readers.get(listing.reader)
        if reader is None:
            raise ReadError(FailureReason.UNREADABLE, say("the reader {reader} is off", reader=listing.reader.value))
        return await reader.read(listing)
