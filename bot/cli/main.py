"""The commands put together, and how each ends."""

from __future__ import annotations

import logging
import os
import sys
import tempfile

import typer
from typer.exceptions import TyperException

from alerts.domain.errors import BadInput, SentryError, StoreError
from alerts.domain.text import plain
from bot.cli import (
    ask,
    backup,
    dashboard,
    dlq,
    doctor,
    grafana,
    keys,
    operate,
    privacy,
    read,
    replay,
    report,
    secrets,
    serve,
)
from bot.cli.shared import BAD_INPUT, FINE, INTERRUPTED, STORE_AWAY
from bot.logs import configure, take_over
from bot.redact import REDACTION

_FAILED = 1
_LONGEST = 4000
_CODES = {BadInput: BAD_INPUT, StoreError: STORE_AWAY}


def build() -> typer.Typer:
    """Every command, ready to be called."""
    cli = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        help="Stock and price alerts that never cry wolf.",
    )
    cli.command()(serve.play)
    cli.command()(serve.run)
    cli.command()(ask.scan)
    cli.command()(read.read)
    cli.command()(ask.history)
    cli.command()(replay.replay)
    cli.command()(dashboard.dashboard)
    cli.command()(grafana.grafana)
    cli.command()(doctor.doctor)
    cli.command()(backup.backup)
    cli.command()(backup.restore)
    cli.command()(report.report)
    cli.command()(backup.migrate)
    cli.add_typer(operate.watch, name="watch")
    cli.add_typer(operate.config, name="config")
    cli.add_typer(dlq.dlq, name="dlq")
    cli.add_typer(keys.keys, name="keys")
    cli.add_typer(secrets.secrets, name="secrets")
    cli.add_typer(privacy.privacy, name="privacy")
    return cli


def main() -> None:
    """Run a command and end the process with its code."""
    take_over()
    sys.exit(run(sys.argv[1:]))


def run(args: list[str]) -> int:
    """0 fine, 2 bad input, 3 nothing read, 4 store away, 130 interrupted; in trouble one sentence on stderr."""
    configure(logging.WARNING)
    try:
        _check_text(args)
        found = build()(args, prog_name="hardware-sentry", standalone_mode=False)
    except TyperException as exc:
        return _usage(exc)
    except SentryError as exc:
        _complain(str(exc))
        return next((code for kind, code in _CODES.items() if isinstance(exc, kind)), _FAILED)
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has left; without this Python complains once more as it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except Exception as exc:  # noqa: BLE001 - the last bulkhead: the terminal gets a sentence, a file the traceback
        _complain(_report(exc))
        return _FAILED
    return found if isinstance(found, int) else FINE


def _check_text(args: list[str]) -> None:
    """Bytes of another encoding come as halves of letters, which nothing of ours can write."""
    for number, arg in enumerate(args, start=1):
        if not arg.isascii() and any("\ud800" <= letter <= "\udfff" for letter in arg):
            raise BadInput(f"argument {number} is not UTF-8 text; write it in UTF-8.")


def _complain(text: str) -> None:
    """One line on stderr. What it repeats of an input moves no cursor and colours nothing."""
    print(f"hardware-sentry: {plain(REDACTION.text(text), _LONGEST)}", file=sys.stderr)


def _report(exc: Exception) -> str:
    with tempfile.NamedTemporaryFile("w", prefix="hardware-sentry-", suffix=".log", delete=False) as report:
        report.write(REDACTION.error(exc))
    return f"a defect of ours ({type(exc).__name__}): please report it with {report.name}, where the details are."


def _usage(exc: TyperException) -> int:
    """A wrong call in one sentence; a call without arguments shows the help."""
    text = exc.format_message() if hasattr(exc, "format_message") else str(exc)
    if "Usage:" in text:
        print(text)
    else:
        _complain(f"{text.rstrip('.')}; see hardware-sentry --help.")
    return BAD_INPUT
