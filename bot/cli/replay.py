"""`replay`: a log of readings through the real rules."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import orjson
import typer

from alerts.domain.errors import BadInput
from alerts.replay import Replay
from bot.cli.shared import FINE, Config, opened, print_json, settings_from


def replay(
    file: Annotated[Path, typer.Argument(help="JSON lines of readings, subscriptions and ticks; - for stdin.")],
    config: Config = None,
) -> int:
    """Run a log of readings through confirmation, comparison and rules; print every decision with its reason."""
    run = Replay(rules=settings_from(config).confirm.rules())
    if str(file) == "-":
        _feed(run, sys.stdin.buffer)
        return FINE
    with opened(file) as lines:
        _feed(run, lines)
    return FINE


def _feed(run: Replay, lines: Iterable[bytes]) -> None:
    """A bad line gives an error object with its number, and never a stop."""
    for number, raw in enumerate(lines, start=1):
        if not raw.strip():
            continue
        try:
            line = orjson.loads(raw)
            if not isinstance(line, dict):
                raise BadInput("is not an object")
            for row in run.take(line):
                print_json(row)
        except (BadInput, orjson.JSONDecodeError) as exc:
            print_json({"error": str(exc), "line": number})
