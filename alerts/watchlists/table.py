"""A watchlist as CSV, as spreadsheets write and open it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence

from alerts.domain.errors import BadInput
from alerts.domain.said import say
from alerts.watchlists.rows import FIELDS, Raw

# What makes a spreadsheet take a cell for a formula, in front of it; the wide forms count in some.
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_GUARDED = re.compile(r"'+[=+\-@\t\r＝＋－＠]")


def read_table(text: str) -> Iterator[Raw]:
    """The rows below the heading, counted as a spreadsheet does. BadInput names the row that is no CSV."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    number, heading = 0, None
    try:
        for cells in lines:
            number += 1
            if not any(cell.strip() for cell in cells):
                continue
            if heading is None:
                heading = _heading(cells, number)
                continue
            if len(cells) > len(heading) and any(cell.strip() for cell in cells[len(heading) :]):
                raise BadInput(
                    say(
                        "row {number} has more cells than the heading has columns; put texts with commas in quotes.",
                        number=number,
                    )
                )
            yield Raw(
                say("row {number}", number=number),
                {name: _bare(cell) for name, cell in zip(heading, cells, strict=False)},
            )
    except csv.Error as exc:
        problem = say("row {number} is not CSV ({error}); save it as CSV once more.", number=number + 1, error=str(exc))
        raise BadInput(problem) from None
    if heading is None:
        raise BadInput(say("The file is empty; its first row names the columns: {columns}.", columns=", ".join(FIELDS)))


def write_table(rows: Sequence[Mapping[str, str]]) -> str:
    """CSV that a spreadsheet shows as it is and never calculates, and `read_table` reads back."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(FIELDS)
    for row in rows:
        writer.writerow([_guarded(row.get(name, "")) for name in FIELDS])
    return out.getvalue()


def _heading(cells: Sequence[str], number: int) -> list[str]:
    names = [_bare(cell).strip().casefold() for cell in cells]
    while names and not names[-1]:
        names.pop()
    twice = [name for index, name in enumerate(names) if name in names[:index]]
    if twice:
        column = repr(twice[0][:40])
        raise BadInput(
            say("row {number} names the column {column} twice; keep one of them.", number=number, column=column)
        )
    if not {"product", "url"} & set(names):
        raise BadInput(
            say(
                "row {number} is no heading; the first row names the columns: {columns}.",
                number=number,
                columns=", ".join(FIELDS),
            )
        )
    return names


def _delimiter(text: str) -> str:
    """Spreadsheets write a semicolon or a tab in some countries. The heading shows which."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _bare(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell
