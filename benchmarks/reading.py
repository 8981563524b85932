"""How long reading a page takes, and how often it is right, on the saved pages in ../shared/pages.

    python benchmarks/reading.py            milliseconds per page beside raw selectolax, and extruct where there is one
    python benchmarks/reading.py --score    right, wrong and null prices, and the stock verdicts

extruct is not a dependency. To compare with it, run this with a Python that has it too:
    uv venv /tmp/extruct && uv pip install -p /tmp/extruct extruct -e . && /tmp/extruct/bin/python benchmarks/reading.py
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from alerts.reading.readers.saved import read_saved

PAGES = Path(__file__).resolve().parents[2] / "shared" / "pages"
ROUNDS = 3


@dataclass
class Score:
    """Counts over all pages."""

    right: int = 0
    wrong: list[str] = field(default_factory=list)
    null: list[str] = field(default_factory=list)
    false_in_stock: list[str] = field(default_factory=list)
    verdicts: dict[str, int] = field(default_factory=dict)


def pages(folder: Path = PAGES) -> list[tuple[dict[str, Any], bytes]]:
    """The manifest's rows with their pages."""
    rows = json.loads((folder / "manifest.json").read_text())["pages"]
    return [(row, gzip.decompress((folder / row["file"]).read_bytes())) for row in rows]


def scored(rows: list[tuple[dict[str, Any], bytes]]) -> Score:
    """Read every page and compare with what a person read."""
    score = Score()
    for row, body in rows:
        found = read_saved(body, row["url"]).as_public()
        _count_price(score, row, found)
        expected = row["expected"]["availability"]
        key = f"{expected} read as {found['verdict']}"
        score.verdicts[key] = score.verdicts.get(key, 0) + 1
        if found["verdict"] in ("in_stock", "limited") and expected != "in_stock":
            score.false_in_stock.append(row["url"])
    return score


def _count_price(score: Score, row: dict[str, Any], found: dict[str, Any]) -> None:
    expected, price = row["expected"]["price"], found["price"]
    accepted = {Decimal(one) for one in row.get("acceptable_prices", [expected]) if one is not None}
    if (price is None and not accepted) or (price is not None and Decimal(price) in accepted):
        score.right += 1
    elif price is None:
        score.null.append(row["url"])
    else:
        score.wrong.append(f"{row['url']}: {price} instead of {expected}")


def timed(work: Callable[[bytes, str], object], rows: list[tuple[dict[str, Any], bytes]], rounds: int) -> list[float]:
    """Milliseconds per page, the best of some rounds, in the order of the pages."""
    best = [float("inf")] * len(rows)
    for _ in range(rounds):
        for index, (row, body) in enumerate(rows):
            began = time.perf_counter()
            work(body, row["url"])
            best[index] = min(best[index], (time.perf_counter() - began) * 1000)
    return best


def _line(name: str, times: list[float]) -> str:
    ordered = sorted(times)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return (
        f"{name:<28} median {median(ordered):7.2f} ms   p95 {p95:7.2f} ms   mean {sum(ordered) / len(ordered):7.2f} ms"
    )


def _extruct() -> Callable[[bytes, str], object] | None:
    try:
        import extruct  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415  # optional, and slow to import
    except ImportError:
        return None
    return lambda body, url: extruct.extract(body.decode("utf-8", "replace"), base_url=url, errors="ignore")


def _speed(rows: list[tuple[dict[str, Any], bytes]]) -> None:
    raw = timed(lambda body, _: LexborHTMLParser(body), rows, ROUNDS)
    ours = timed(read_saved, rows, ROUNDS)
    print(_line("raw selectolax parse", raw))
    print(_line("hardware-sentry, everything", ours))
    print(f"ours / raw parse: {median(ours) / median(raw):.2f} (bar: at most 2.5)")
    extruct = _extruct()
    if extruct is None:
        print("extruct is not installed here; see the docstring for how to compare with it")
        return
    theirs = timed(extruct, rows, 1)
    print(_line("extruct, all syntaxes", theirs))
    print(f"extruct / ours: {median(theirs) / median(ours):.1f} (bar: at least 20)")


def _print_score(rows: list[tuple[dict[str, Any], bytes]]) -> None:
    score = scored(rows)
    print(f"prices: {score.right} of {len(rows)} right, {len(score.wrong)} wrong, {len(score.null)} null")
    for name, found in (("wrong", score.wrong), ("null", score.null), ("false in stock", score.false_in_stock)):
        for one in found:
            print(f"  {name}: {one}")
    print(f"false in stock: {len(score.false_in_stock)}")
    for verdict, count in sorted(score.verdicts.items()):
        print(f"  {count:3} {verdict}")


def main() -> int:
    """Print what was asked for; 2 without the pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--score", action="store_true", help="print how often reading is right")
    parser.add_argument("--pages", type=Path, default=PAGES, help="folder with manifest.json and the pages")
    asked = parser.parse_args()
    if not (asked.pages / "manifest.json").exists():
        print(f"there are no pages in {asked.pages}", file=sys.stderr)
        return 2
    rows = pages(asked.pages)
    if asked.score:
        _print_score(rows)
    else:
        _speed(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
