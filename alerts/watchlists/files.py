"""The bytes of a file to its rows, and rows to a file."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from alerts.domain.errors import BadInput
from alerts.domain.said import say
from alerts.domain.text import plain
from alerts.watchlists.document import read_document, write_document
from alerts.watchlists.rows import Fault, Raw, Row, row_of
from alerts.watchlists.table import read_table, write_table

LARGEST = 1_000_000
MOST_ROWS = 1_000
_ENDINGS = {"csv": "csv", "tsv": "csv", "txt": "csv", "yaml": "yaml", "yml": "yaml", "json": "yaml"}


class Format(StrEnum):
    """How a watchlist is written."""

    YAML = "yaml"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Read:
    """A file's rows, and what is wrong with the others."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]


def read_file(name: str, body: bytes) -> Read:
    """The rows; BadInput when it is no watchlist at all. Which format it is, the ending of its name says."""
    if len(body) > LARGEST:
        raise too_large()
    kind = _ENDINGS.get(name.lower().rpartition(".")[2])
    if kind is None:
        raise BadInput(
            say("{name} is neither CSV nor YAML: its name should end in .csv, .yaml or .yml.", name=plain(name, 60))
        )
    text = _text(body)
    rows, faults = list[Row](), list[Fault]()
    for number, raw in enumerate(islice(_raws(kind, text), MOST_ROWS + 1)):
        if number == MOST_ROWS:
            raise BadInput(say("The file has more than {count} rows: import it in parts.", count=MOST_ROWS))
        found = row_of(raw)
        if isinstance(found, Row):
            rows.append(found)
        else:
            faults += found
    return Read(tuple(rows), tuple(faults))


def write_file(kind: Format, rows: Sequence[Mapping[str, str]]) -> bytes:
    """A file that `read_file` reads back. CSV begins with a mark, or spreadsheets take it for another encoding."""
    if kind is Format.CSV:
        return codecs.BOM_UTF8 + write_table(rows).encode()
    return write_document(rows).encode()


def too_large() -> BadInput:
    """Said before a file is read, and after."""
    return BadInput(say("The file is larger than {count} MB: import it in parts.", count=LARGEST // 1_000_000))


def _raws(kind: str, text: str) -> Iterator[Raw]:
    return read_table(text) if kind == "csv" else read_document(text)


def _text(body: bytes) -> str:
    """UTF-8 or UTF-16 by its mark; else UTF-8; else what spreadsheets on Windows write."""
    marked = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for encoding in ("utf-16",) if body.startswith(marked) else ("utf-8-sig", "cp1252"):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise BadInput(say("The file is not text: save it as UTF-8."))
