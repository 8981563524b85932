"""What reaches the operator's Sentry: the error, and no secret, no local variable, nobody's id."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from aiohttp import web

from alerts.domain.errors import BadInput, StoreUnavailable
from alerts.settings.load import load, secrets_of
from bot.logs import REPORTING, configure
from bot.redact import GONE, REDACTION, Redaction
from bot.root.watching import reporting
from bot.sentry import Errors
from tests.canary.collecting import MARK
from tests.reading.shop import shop

SECRET = f"{MARK}-in-an-error"
USER = 123456789012345678
KEY = "c0ffee00c0ffee00c0ffee00c0ffee00"


class Ingest:
    """Sentry's own door: keeps the events of envelopes, and their bytes."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def __call__(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.bodies.append(gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body)
        return web.json_response({})

    @property
    def events(self) -> list[dict[str, Any]]:
        lines = [line for body in self.bodies for line in body.splitlines()]
        return [found for line in lines if "event_id" in (found := json.loads(line)) and "level" in found]


def knowing(*secrets: str) -> Redaction:
    redaction = Redaction()
    redaction.know(secrets)
    return redaction


async def told(*events: dict[str, Any]) -> Ingest:
    """What arrives of these at a server of Sentry's kind, on loopback."""
    ingest = Ingest()
    async with shop(ingest) as where:
        errors = Errors(
            f"http://{KEY}@{where.place}/42", release="1.2.3", roles={"bot", "worker"}, redaction=knowing(SECRET)
        )
        for event in events:
            errors(event)
        await asyncio.to_thread(errors.close, 5.0)
    return ingest


def failure() -> BaseException:
    password = SECRET  # a local variable of a frame in the traceback
    try:
        raise RuntimeError(f"cannot sign in with {password} as {USER}") from OSError(f"https://me:{SECRET}@shop.test")
    except RuntimeError as exc:
        return exc


async def test_an_error_arrives_with_its_place_its_release_and_its_roles() -> None:
    (event,) = (await told({"event": "turn failed", "level": "error", "logger": "alerts.runner", "exc_info": failure(),
                            "loop": "deliver"})).events  # fmt: skip

    assert (event["level"], event["message"], event["logger"]) == ("error", "turn failed", "alerts.runner")
    assert event["release"] == "hardware-sentry@1.2.3"
    assert event["tags"] == {"roles": "bot,worker"}
    assert event["extra"] == {"loop": "deliver"}
    assert [each["type"] for each in event["exception"]["values"]] == ["OSError", "RuntimeError"]
    assert event["exception"]["values"][-1]["stacktrace"]["frames"][-1]["function"] == "failure"


async def test_no_secret_no_local_variable_and_nobodys_id_is_in_the_envelope() -> None:
    ingest = await told(
        {"event": f"failed for {USER}", "level": "error", "exc_info": failure(), "user": USER,
         "deep": [{"at": [SECRET]}], "password": "hunter2hunter2", "url": f"https://discord.com/api/webhooks/1/{SECRET}"}
    )  # fmt: skip
    sent = b"".join(ingest.bodies).decode()
    (event,) = ingest.events

    assert SECRET not in sent
    assert str(USER) not in sent
    assert "hunter2" not in sent
    assert '"vars"' not in sent
    assert '"abs_path"' not in sent
    assert "context_line" not in sent
    assert not {"server_name", "user", "request", "modules", "breadcrumbs"} & set(event)
    assert GONE in event["message"]


async def test_the_settings_own_secrets_are_known_by_heart() -> None:
    token = f"{MARK}-token-of-the-bot"
    redaction = Redaction()
    redaction.know(secrets_of(load("", {"DISCORD_TOKEN": token, "HEARTBEAT_URL": f"https://check.test/{MARK}-ping"})))
    ingest = Ingest()
    async with shop(ingest) as where:
        errors = Errors(f"http://{KEY}@{where.place}/42", release="1", roles=[], redaction=redaction)
        error = OSError(f"POST https://check.test/{MARK}-ping with {token}")
        errors({"event": "failed", "level": "error", "exc_info": error, "header": token})
        await asyncio.to_thread(errors.close, 5.0)

    assert ingest.events
    assert MARK not in b"".join(ingest.bodies).decode()


async def test_what_is_no_error_is_not_sent_and_the_same_error_once_a_minute() -> None:
    same = {"event": "store is away", "level": "error"}
    ingest = await told({"event": "running", "level": "info"}, {"event": "late", "level": "warning"}, same, same,
                        {**same, "exc_info": OSError()}, {"event": "other", "level": "critical"})  # fmt: skip

    assert [(each["message"], each["level"]) for each in ingest.events] == [
        ("store is away", "error"),
        ("store is away", "error"),
        ("other", "fatal"),
    ]


async def test_a_sentry_that_is_away_hurts_nobody() -> None:
    errors = Errors(f"http://{KEY}@127.0.0.1:9/42", release="1", roles=["bot"], redaction=REDACTION)

    for number in range(20):
        errors({"event": f"failed {number}", "level": "error", "exc_info": failure()})
    await asyncio.to_thread(errors.close, 5.0)


def test_a_dsn_that_is_none_is_refused_without_being_repeated() -> None:
    with pytest.raises(BadInput, match="SENTRY_DSN is no DSN") as caught:
        Errors(f"sentry:{KEY}", release="1", roles=[])

    assert KEY not in str(caught.value)


@pytest.fixture
def _as_it_was() -> Iterator[None]:
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    yield
    REPORTING.to = None
    root.handlers = handlers
    root.setLevel(level)
    structlog.configure(**before)


@pytest.mark.usefixtures("_as_it_was")
def test_errors_of_ours_and_of_libraries_are_told_with_what_was_raised() -> None:
    heard: list[dict[str, Any]] = []
    configure(logging.INFO)
    REPORTING.to = lambda event: heard.append(dict(event))
    try:
        raise ValueError("one")
    except ValueError:
        structlog.get_logger("ours").exception("turn failed", loop="tick")
        logging.getLogger("a.library").exception("it failed")

    assert [(each["event"], each["level"]) for each in heard] == [("turn failed", "error"), ("it failed", "error")]
    assert heard[0]["loop"] == "tick"
    assert all(each["exc_info"] for each in heard)


@pytest.mark.usefixtures("_as_it_was")
async def test_a_defect_that_ends_the_program_is_told_before_it_does() -> None:
    ingest = Ingest()
    configure(logging.INFO)
    async with shop(ingest) as where:
        settings = load("", {"SENTRY_DSN": f"http://{KEY}@{where.place}/42"})
        with pytest.raises(ZeroDivisionError):
            async with reporting(settings, ["bot"]):
                assert 1 / 0
        with pytest.raises(StoreUnavailable):
            async with reporting(settings, ["bot"]):
                raise StoreUnavailable("away")  # one sentence to who started it, and no defect

    assert [each["message"] for each in ingest.events] == ["the process ends"]
    assert ingest.events[0]["exception"]["values"][-1]["type"] == "ZeroDivisionError"
    assert REPORTING.to is None


@pytest.mark.usefixtures("_as_it_was")
def test_who_cannot_be_told_does_not_stop_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    def fails(_: Any) -> None:
        raise OSError("away")

    configure(logging.INFO)
    REPORTING.to = fails
    structlog.get_logger("ours").error("turn failed")

    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["untold"]) == ("turn failed", "OSError")
