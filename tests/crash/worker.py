"""One worker's life: the pipeline, with something that ends or stops it at the point it was told."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import structlog

from alerts import crash
from alerts.domain.deliveries import delivery_for
from alerts.domain.model import Snapshot
from bot.ui.alerts import alert_embeds
from tests.crash.acts import ACTS
from tests.crash.clock import sands
from tests.crash.pipeline import is_of_the_harness, live
from tests.worlds import START, change, subscription

ANYWHERE = "anywhere"  # a point is counted over all workers, and whoever comes to it is struck
_SIGNALS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}


def work(job: dict[str, Any], pipe: int) -> int:
    """Do the job and say what was passed on the way; the exit status."""
    _be_silent()
    passed: list[str] = []
    counts: Counter[str] = Counter()
    how, name, occurrence = job.get("end") or ("", "", 0)

    try:
        with sands(Path(job["sands"])) as found:

            def pass_by(place: str) -> None:
                if is_of_the_harness():
                    return
                passed.append(place)
                counts[place] += 1
                count = found.count() if name == ANYWHERE else counts[place]
                if name in (place, ANYWHERE) and count == occurrence:
                    _say(pipe, {"struck": place})
                    os.kill(os.getpid(), _SIGNALS[how])

            crash.arm(pass_by)
            where = {"store_url": job["store"], "api_base": job["api"], "sands": found}
            how_long = {"until": job["until"], "rest": job.get("rest", False)}
            asyncio.run(live(ACTS[job["act"]], job["name"], **where, **how_long))
    except BaseException:  # noqa: BLE001 - whatever it is, it is told
        _say(pipe, {"error": traceback.format_exc()})
        return 1
    if job.get("trace"):
        _say(pipe, {"passed": passed})
    return 0


def warm_up() -> None:
    """Do what every worker would do for the first time: read the tables of money and of time zones."""
    said = delivery_for(change(), subscription(mention_role=1), product_name="warm", now=START)
    alert_embeds(said, Snapshot(sku="pi5"))


def _say(pipe: int, facts: dict[str, object]) -> None:
    left = orjson.dumps(facts) + b"\n"
    while left:
        left = left[os.write(pipe, left) :]


def _be_silent() -> None:
    logging.disable(logging.CRITICAL)
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[_drop])


def _drop(*_: object) -> dict[str, Any]:
    raise structlog.DropEvent
