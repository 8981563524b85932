"""`read`: one page, or a batch of saved ones, to Readings. Nothing is stored."""

from __future__ import annotations

import asyncio
import gzip
import sys
import zlib
from collections.abc import Mapping
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from pydantic import TypeAdapter, ValidationError

from alerts.clock import SystemClock
from alerts.domain.errors import BadInput
from alerts.domain.model import Reading
from alerts.domain.money import Currency
from alerts.domain.text import plain
from alerts.reading.readers.saved import read_saved
from alerts.settings.model import Settings
from alerts.settings.shops import ListingSection, ProductSection
from bot.app import places_of, shops, vendor_at
from bot.cli.shared import FINE, NOTHING_READ, AsJson, Config, opened, print_json, settings_from

_CURRENCY: TypeAdapter[str | None] = TypeAdapter(Currency | None)
_GZIP = b"\x1f\x8b"
_LARGEST = 16 * 1024**2


def read(
    url: Annotated[str | None, typer.Argument(help="Address of a product page, or where --html is from.")] = None,
    html: Annotated[Path | None, typer.Option(help="Read this saved page instead of the network.")] = None,
    source: Annotated[str | None, typer.Option("--url", help="The same as the argument URL.")] = None,
    currency: Annotated[str | None, typer.Option(help="The shop's currency, such as GBP.")] = None,
    variant: Annotated[str | None, typer.Option(help="Which variant, as the shop words it.")] = None,
    batch: Annotated[Path | None, typer.Option(help="JSON lines of {file, url, …}; - for stdin.")] = None,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Read one page to price and stock, and say where each fact was found."""
    if batch:
        return _batch(batch)
    place = url or source
    if html:
        asked = {"file": str(html), "url": place or "", "currency": currency, "variant": variant}
        reading = _saved(asked, Path(), settings_from(config))
    elif place:
        reading = asyncio.run(_live(settings_from(config), place, currency, variant))
    else:
        raise BadInput("Nothing to read: give an address, --html FILE or --batch FILE.")
    if as_json:
        print_json(reading.as_public())
    else:
        print(_lines(reading))
    return NOTHING_READ if reading.failure else FINE


async def _live(settings: Settings, url: str, currency: str | None, variant: str | None) -> Reading:
    vendor = vendor_at(settings, url)
    try:
        listing = ListingSection(vendor=vendor, url=url, currency=currency, variant=variant)
        product = ProductSection(sku="page", name="page", listings=(listing,)).product()
    except ValueError as exc:
        raise BadInput(f"{plain(url, 200)}: {_first(exc)}.") from None
    one = settings.model_copy(update={"products": (ProductSection(sku="page", name="page", listings=(listing,)),)})
    async with shops(one, SystemClock()) as looks:
        return await looks[vendor](product.listings[0])


def _batch(path: Path) -> int:
    with nullcontext(sys.stdin.buffer) if str(path) == "-" else opened(path) as stream:
        for line in stream:
            if line.strip():
                print_json(_line(line, path.parent))
    return FINE


def _line(line: bytes, folder: Path) -> dict[str, Any]:
    """The Reading of one line; a bad line gives an error object and never a stop."""
    try:
        asked = orjson.loads(line)
        if not isinstance(asked, dict) or not isinstance(asked.get("file"), str):
            raise BadInput("each line is an object with a file, and a url if known")
        return _saved(asked, folder).as_public()
    except (BadInput, orjson.JSONDecodeError) as exc:
        return {"error": str(exc), "line": line.decode("utf-8", "replace").strip()[:500]}


def _saved(asked: Mapping[str, Any], folder: Path, settings: Settings | None = None) -> Reading:
    try:
        path = Path(asked["file"])
        body = _read(path if path.exists() else folder / path)
    except (OSError, ValueError, EOFError, zlib.error) as exc:
        reason = getattr(exc, "strerror", None) or exc
        raise BadInput(f"{plain(asked['file'], 200)}: cannot be read ({reason}); name a saved page.") from None
    for key in ("url", "currency", "variant"):
        if not isinstance(asked.get(key), str | None):
            raise BadInput(f"{key} is not a text")
    try:
        currency = _CURRENCY.validate_python(asked.get("currency"))
    except ValidationError as exc:
        raise BadInput(f"currency {exc.errors()[0]['msg'].removeprefix('Value error, ')}.") from None
    url = asked.get("url") or ""
    override = places_of(settings, vendor_at(settings, url)) if settings else None
    return read_saved(body, url, currency, asked.get("variant"), override=override)


def _read(path: Path) -> bytes:
    """A page, unpacked. Neither a device without end nor a small file that unpacks to a huge one fills the memory."""
    with path.open("rb") as file:
        body = file.read(_LARGEST + 1)
    if len(body) <= _LARGEST and body.startswith(_GZIP):
        with gzip.open(BytesIO(body)) as unpacked:
            body = unpacked.read(_LARGEST + 1)
    if len(body) > _LARGEST:
        raise ValueError(f"it is larger than {_LARGEST // 1024**2} MiB")
    return body


def _first(exc: ValueError) -> str:
    if not isinstance(exc, ValidationError):
        return str(exc)
    error = exc.errors()[0]
    return f"{error['loc'][-1]} {error['msg'].removeprefix('Value error, ')}"


def _lines(reading: Reading) -> str:
    public = reading.as_public()
    evidence = public.pop("evidence")
    lines = [f"{key}: {plain(str(value), 200)}" for key, value in public.items() if value is not None]
    lines += [f"evidence: {e['source']} {plain(e['path'], 80)} = {plain(e['raw'], 120)}" for e in evidence]
    return "\n".join(lines)
