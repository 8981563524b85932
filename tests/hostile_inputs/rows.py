"""What a row of the table is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest

REFUSED, FIELD, JSON, MEDIA, LARGE = "refused", "invalid_field", "malformed_json", "unsupported_media_type", "too_large"
MISSING, UNKNOWN = "not_found", "unknown_product"


@dataclass(frozen=True, slots=True)
class Row:
    """One input. `says` is the sentence that refuses it, or for a harmless one (`is_fine`) what it is understood as.

    `api` is the code of the problem, `cli` the exit code; None where that face takes no such input. `typed` is the
    sentence of the command line where it is another one.
    """

    name: str
    given: Any
    says: str
    api: str | None = REFUSED
    cli: int | None = None
    typed: str | None = None
    is_fine: bool = False
    at_discord: bool = True


def fine(name: str, given: Any, says: str, **more: Any) -> Row:
    """A twin that looks as bad and must be taken."""
    return Row(name, given, says, is_fine=True, **more)


def each(rows: Iterable[Row]) -> pytest.MarkDecorator:
    """Every row as a test of its own, by its name."""
    return pytest.mark.parametrize("row", [pytest.param(row, id=row.name.replace(" ", "-")) for row in rows])
