"""`doctor`: what is wrong with this installation, and the cure."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from alerts.domain.errors import BadInput
from alerts.settings.load import secret_files
from alerts.settings.model import Settings
from bot.cli.shared import (
    BAD_INPUT,
    FINE,
    NOTHING_READ,
    STORE_AWAY,
    AsJson,
    Config,
    default_config,
    print_json,
    settings_from,
)
from bot.doctor.findings import Cause, Check, Finding, Level, examine
from bot.redact import REDACTION
from bot.root.doctor import checks, without_settings

_OTHER = 1
# What has to be mended first decides how it ends.
_CODES = {
    Cause.CONFIGURATION: BAD_INPUT,
    Cause.STORE: STORE_AWAY,
    Cause.SHOPS: NOTHING_READ,
    Cause.OTHER: _OTHER,
}
_WIDTH = 19


def doctor(
    offline: Annotated[bool, typer.Option("--offline", help="Ask neither Discord nor the shops.")] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Look at everything that the bot needs; each line is fine, warn or fail, with what was seen and the cure."""
    path = config or default_config()
    try:
        settings = settings_from(path)
    except BadInput as exc:
        found = asyncio.run(_found(without_settings(str(exc)), quiet=as_json))
    else:
        found = asyncio.run(_all(settings, path, offline=offline, quiet=as_json))
    code = next((code for cause, code in _CODES.items() if cause in _failed(found)), FINE)
    if as_json:
        print_json({"findings": [_public(each) for each in found], "exit_code": code})
    else:
        print(_summary(found))
    return code


async def _all(settings: Settings, place: Path, *, offline: bool, quiet: bool) -> Sequence[Finding]:
    files = secret_files(os.environ)
    async with checks(settings, place=place, secret_files=files, offline=offline) as every:
        return await _found(every, quiet=quiet)


async def _found(every: Sequence[Check], *, quiet: bool) -> Sequence[Finding]:
    """Each line as soon as it is known: some take their time."""
    found = []
    async for each in examine(every):
        found.append(each)
        if not quiet:
            print(_line(each), flush=True)
    return found


def _failed(found: Sequence[Finding]) -> set[Cause]:
    return {each.cause for each in found if each.level is Level.FAIL}


def _line(it: Finding) -> str:
    head = f"{it.level:<8}{it.check:<{_WIDTH}}"
    cure = f"\n{'':{len(head)}}→ {REDACTION.text(it.cure)}" if it.cure else ""
    return f"{head}{REDACTION.text(it.seen)}{cure}"


def _public(it: Finding) -> dict[str, Any]:
    return {"check": it.check, "level": it.level.value, "seen": REDACTION.text(it.seen),
            "cure": REDACTION.text(it.cure) or None}  # fmt: skip


def _summary(found: Sequence[Finding]) -> str:
    counts = Counter(each.level for each in found)
    return ", ".join(f"{counts[level]} {level}" for level in Level if counts[level] or level is not Level.SKIPPED) + "."
