"""Logs: one event with fields, to stderr; readable in a terminal, JSON lines elsewhere."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import Processor

_VOICE = ("PyNaCl is not installed", "davey is not installed")


def _is_of_use(record: logging.LogRecord) -> bool:
    """discord.py warns of missing voice libraries at every start; this bot does not speak."""
    return not str(record.msg).startswith(_VOICE)


def configure(level: int) -> None:
    """Send our own events and the libraries' from `level` on to stderr."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    is_person = sys.stderr.isatty()
    render = structlog.dev.ConsoleRenderer() if is_person else structlog.processors.JSONRenderer()
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_is_of_use)
    foreign: list[Processor] = [*shared, structlog.processors.format_exc_info]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=render, foreign_pre_chain=foreign))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # Debug lines of these print tokens, bodies and webhook addresses; docket tells of every job.
    for chatty in ("discord", "aiohttp", "docket", "apscheduler", "asyncio"):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))
