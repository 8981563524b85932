"""Logs: one event with fields, to stderr; readable in a terminal, JSON lines elsewhere. Secrets are taken out last."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.redact import REDACTION

Tell = Callable[[Mapping[str, Any]], None]
_VOICE = ("PyNaCl is not installed", "davey is not installed")
_AWAY = ("Redis is unavailable", "Redis error in cancellation listener")
_AWAY_KINDS = {"ConnectionError", "TimeoutError", "BusyLoadingError"}
log = structlog.get_logger()


def _is_of_use(record: logging.LogRecord) -> bool:
    """discord.py warns of missing voice libraries at every start; this bot does not speak.

    docket tells every second, from each of its loops, that the store is away; ours tell it once, and when it is back.
    """
    message = str(record.msg)
    if record.name.startswith("docket"):
        return not (message.startswith(_AWAY) or (record.exc_info and _is_away(record.exc_info[1])))
    return not message.startswith(_VOICE)


def _is_away(error: BaseException | None) -> bool:
    """The library's own word for it, by name: it has its home elsewhere."""
    return any(kind.__module__ == "redis.exceptions" and kind.__name__ in _AWAY_KINDS for kind in type(error).__mro__)


def _without_arguments(record: logging.LogRecord) -> bool:
    """asyncio shows a shortened repr of what a failed callback was given: a piece of a secret that nobody knows again.

    The traceback beside it says where it was.
    """
    if record.name == "asyncio" and record.levelno >= logging.ERROR:
        record.msg, record.args = record.getMessage().partition("\n")[0].partition("(")[0], None
    return True


class Reporting:
    """Tells somebody else of each event as it is, with its error; nobody until `to` is set."""

    to: Tell | None = None

    def __call__(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:
        """For structlog."""
        if self.to:
            try:
                self.to(event)
            except Exception as exc:  # noqa: BLE001 - an error about an error: the log has the first one all the same
                event["untold"] = type(exc).__name__
        return event


REPORTING = Reporting()
"""This process's own."""


class _Stderr(logging.StreamHandler[Any]):
    """Says of a record that cannot be written only where it came from; logging itself would print all it was given."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        reason = type(sys.exc_info()[1]).__name__
        print(
            f"log line withheld: {record.name} {record.filename}:{record.lineno} {reason}",
            file=sys.__stderr__,
        )


def configure(level: int) -> None:
    """Send our own events and the libraries' from `level` on to stderr."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_facts(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [handler()]
    root.setLevel(level)
    # Each try to reach a Sentry or a collector that is away.
    for chatty in ("urllib3", "opentelemetry"):
        logging.getLogger(chatty).setLevel(max(level, logging.ERROR))
    # Debug lines of these print tokens, bodies and webhook addresses; docket tells of every job.
    for chatty in ("discord", "aiohttp", "docket", "apscheduler", "asyncio"):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))


def handler() -> logging.Handler:
    """Where every record ends, ours and the libraries'."""
    is_person = sys.stderr.isatty()
    render = structlog.dev.ConsoleRenderer() if is_person else structlog.processors.JSONRenderer()
    # Beside the writing itself, so that no record passes by and nothing is added after it.
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, REDACTION, render]
    found = _Stderr(sys.stderr)
    found.addFilter(_is_of_use)
    found.addFilter(_without_arguments)
    found.setFormatter(structlog.stdlib.ProcessorFormatter(processors=last, foreign_pre_chain=_facts()))
    return found


def _facts() -> list[Processor]:
    """What every event is given: its context, level, origin, time and traceback."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        REPORTING,
        structlog.processors.format_exc_info,
    ]


def take_over() -> None:
    """Have what Python itself would print to stderr logged instead: warnings, and errors that nobody could catch."""
    logging.captureWarnings(capture=True)
    threading.excepthook = _logged("thread failed")
    sys.unraisablehook = _logged("error ignored")
    sys.excepthook = _last


def _last(_: type[BaseException], exc: BaseException, trace: TracebackType | None) -> None:
    log.critical("program failed", exc_info=(type(exc), exc, trace))


def _logged(event: str) -> Callable[[Any], None]:
    def hook(facts: Any) -> None:
        log.error(event, exc_info=(facts.exc_type, facts.exc_value, facts.exc_traceback))

    return hook
