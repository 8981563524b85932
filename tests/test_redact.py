"""What is written down holds no secret: by its form, by its name, by heart; and what is none stays as it is."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import assume, example, given
from hypothesis import strategies as st

from alerts.domain.api_keys import ID_ALPHABET, KEY_ALPHABET
from alerts.settings.load import load, secrets_in, secrets_of
from alerts.store.address import parse
from bot import logs
from bot.cli import main
from bot.redact import GONE, REDACTION, SHORTEST, Redaction
from tests.guards.project import ROOT

NONE = Redaction()
WORD = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=32, max_size=70)
AROUND = st.text(st.characters(codec="utf-8"), max_size=30)

FORMS = [
    "https://discord.com/api/v10/webhooks/123456789012345678/{}/messages/5",
    "POST /api/webhooks/1/{}?wait=true",
    "/interactions/123456789012345678/{}/callback",
    "Authorization: Bot {}",
    "{{'Authorization': 'Bearer {}'}}",
    "<CIMultiDict('authorization': 'Basic {}')>",
    "(b'Authorization', b'Bot {}')",
    "sent with Bearer {}",
    "X-API-Key: {}",
    "{{'X-API-Key': '{}', 'Accept': 'text/event-stream'}}",
    "Set-Cookie: session={}; Path=/; HttpOnly",
    "redis://:{}@127.0.0.1:6379/0",
    "redis+sentinel://me:{}@a:1,b:2/main/0",
    "amqps://me:a/b{}@host:5671",
    "https://user:{}@shop.example/pi5",
    "ntfys://{}@ntfy.sh/mine",
    "tgram://123456789:{}/12315544/",
    "slack://{}/b/c",
    "mailto://me:x@mail.example?pass={}",
    "https://agent.test/run?token={}&sku=pi5",
    "HS_SECRET_KEY={}",
    '{{"client_secret": "{}"}}',
    '{{\\"token\\": \\"{}\\"}}',
    "whsec_{}",
    "sk-tinyfish-{}",
    "aW50ZXJhY3Rpb246{}",
]
INNOCENT = [
    "No Discord token: set DISCORD_TOKEN, or DISCORD_TOKEN_FILE to a file that holds it.",
    "tinyfish.api_key: a secret does not belong here; set TINYFISH_API_KEY or TINYFISH_API_KEY_FILE.",
    "the store at redis://127.0.0.1:6379 does not answer",
    "redis+cluster://a:1,b:2",
    "https://shop.example/a/@handle?sku=pi5&page=2",
    "POST /webhooks/{}/{}/messages/@original",
    "webhook disabled, see docs/webhooks.md",
    "key hs_live_abcdefg2_… was used",
    "python 3.11.4, valkey 9.1.2, hardware_sentry.alerts.reading",
    "Bot connected; Basic checks done; the bearer of news",
    "2026-01-01T00:00:00.123456Z Jetson Orin Nano £199.00 → £149.00 (−25 %) 🟢",
    "9 tokens, 2 secrets; cookies are refused",
]


@pytest.mark.parametrize("form", FORMS)
@given(secret=WORD)
def test_a_secret_is_known_by_its_form(form: str, secret: str) -> None:
    text = f"it failed: {form.format(secret)} and that was all"

    said = NONE.text(text)
    assert secret not in said
    assert GONE in said
    assert said.startswith("it failed: ")
    assert NONE.text(said).count(secret[:8]) == 0


@given(st.text(ID_ALPHABET, min_size=8, max_size=8), st.text(KEY_ALPHABET, min_size=32, max_size=32))
def test_of_an_api_key_the_part_that_tells_it_from_others_stays(key: str, secret: str) -> None:
    assert NONE.text(f"(hs_live_{key}_{secret})") == f"(hs_live_{key}_{GONE})"


@given(st.from_regex(r"\A[A-Za-z0-9_-]{24,26}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}\Z"))
def test_a_bot_token_is_known_wherever_it_stands(token: str) -> None:
    assert token not in NONE.text(f"Improper token has been passed: '{token}'.")


@pytest.mark.parametrize("text", INNOCENT)
def test_what_is_no_secret_stays(text: str) -> None:
    assert NONE.text(text) == text


@given(st.text(st.characters(codec="utf-8", exclude_characters=":=/.\"'"), max_size=200))
def test_words_without_the_marks_of_a_secret_stay(text: str) -> None:
    assume(not any(mark in text.lower() for mark in ("hs_live_", "whsec_", "sk-", "aw50zxj", "bearer", "basic", "coo")))
    assume("authorization" not in text.lower())
    assume("api-key" not in text.lower())

    assert NONE.text(text) == text


NESTED = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), AROUND, st.binary(max_size=20), st.just("SECRET")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.tuples(inner, inner), st.dictionaries(AROUND | st.just("SECRET"), inner)
    ),
    max_leaves=20,
)


def planted(value: Any, secret: str) -> Any:
    """The same with the secret in every place that asks for it, in each of its disguises."""
    match value:
        case "SECRET":
            return f"before{secret}after"
        case list():
            return [Shown(planted(each, secret)) if n % 2 else planted(each, secret) for n, each in enumerate(value)]
        case tuple():
            return tuple(planted(each, secret) for each in value)
        case dict():
            return {planted(key, secret): planted(each, secret) for key, each in value.items()}
    return value


class Shown:
    """Something with a repr that tells too much."""

    def __init__(self, inner: object) -> None:
        self.inner = inner

    def __repr__(self) -> str:
        return f"Shown({self.inner!r})"


@given(NESTED, st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=SHORTEST, max_size=40))
def test_what_is_known_by_heart_is_nowhere_in_an_event(value: Any, secret: str) -> None:
    assume(secret not in "before…after Shown(SECRET)")
    known = Redaction()
    known.know([secret])

    written = known(
        None, "info", {"event": "it happened", "facts": planted(value, secret), secret: b"x" + secret.encode()}
    )
    text = json.dumps(written, default=str, ensure_ascii=False)
    assert secret not in json.dumps(written["facts"], default=str, ensure_ascii=False).replace("\\\\", "\\")
    assert f"before{secret}" not in text
    assert written["event"] == "it happened" or secret in "it happened"


@given(NESTED)
def test_without_secrets_an_event_says_the_same(value: Any) -> None:
    event = {"event": "it happened", "count": 3, "ok": True, "none": None, "share": 0.5}

    assert NONE(None, "info", dict(event)) == event
    NONE(None, "info", {"event": "x", "facts": value})  # whatever it is, it can be written


@pytest.mark.parametrize("name", ["token", "api_key", "client_secret", "Authorization", "HS_PASSWORD", "x-api-key"])
def test_what_stands_under_a_secrets_name_is_not_written(name: str) -> None:
    written = NONE(None, "info", {"event": "x", name: "short", "facts": {name: b"short", "tokens": 3, "token": None}})

    assert written == {"event": "x", name: GONE, "facts": {name: GONE, "tokens": 3, "token": None}}


def test_what_is_known_is_gone_in_the_forms_of_an_address_too() -> None:
    known = Redaction()
    known.know(['p@ss/"wörd"', "tiny"])

    assert known.text('p@ss/"wörd" p%40ss%2F%22w%C3%B6rd%22 p@ss/\\"w\\u00f6rd\\" tiny') == "… … … tiny"


def test_nothing_that_is_logged_can_break_it() -> None:
    class Bad:
        def __repr__(self) -> str:
            raise RuntimeError("hush-hush-hush")

    endless: list[object] = []
    endless.append(endless)

    written = NONE(None, "info", {"event": "x", "bad": Bad(), "endless": endless, "set": {1}, 5: 6})  # type: ignore[dict-item]
    assert "RuntimeError" in written["bad"]
    assert "hush" not in str(written)
    assert NONE(None, "info", BadEvent(event="x", token="hush-hush")) == {
        "event": "log line withheld", "reason": "RuntimeError", "level": "error"
    }  # fmt: skip


class BadEvent(dict[str, Any]):
    def items(self) -> Any:
        raise RuntimeError("no")


# --- in place --------------------------------------------------------------------------------------------------------


@pytest.fixture
def logging_put_back() -> Iterator[None]:
    root, config = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.configure(**config)


LEAK = "https://discord.com/api/webhooks/123456789012345678/hush-hush-hush-hush"


def test_events_records_of_libraries_and_tracebacks_are_written_without_secrets(
    logging_put_back: None, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.configure(logging.INFO)
    try:
        raise ValueError(LEAK)
    except ValueError as exc:
        structlog.get_logger().error("ours", exc_info=exc, url=LEAK, nested={"headers": [("x-api-key", LEAK)]})
        logging.getLogger("foreign").exception("theirs %s", LEAK)
    structlog.contextvars.bind_contextvars(request_url=LEAK)
    logging.getLogger("foreign").warning("%d", LEAK)  # wrong of the library: logging prints all its arguments
    structlog.contextvars.clear_contextvars()

    said = capfd.readouterr().err
    assert "hush" not in said
    assert said.count(r"ValueError: https://discord.com/api/webhooks/123456789012345678/\u2026") == 2
    assert "log line withheld: foreign test_redact.py" in said


def test_what_python_itself_would_print_is_logged(
    logging_put_back: None, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    logs.configure(logging.INFO)
    logs.take_over()
    logging.captureWarnings(capture=False)

    def fail() -> None:
        raise ValueError(LEAK)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

    said = capfd.readouterr().err
    assert "thread failed" in said
    assert "hush" not in said


BAD_DAY = """
import asyncio, gc, logging, sys, threading, warnings
from bot import logs

LEAK = sys.stdin.read()
logs.configure(logging.DEBUG)
logs.take_over()
for name in "docket.worker aiohttp.client apscheduler.executors discord.http redis asyncio".split():
    logging.getLogger(name).error("%s says %s", name, LEAK)
warnings.warn(LEAK, stacklevel=1)


async def fails():
    raise ValueError(LEAK)


async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(exec, "raise ValueError(LEAK)", globals())
    task = asyncio.create_task(fails())
    await asyncio.wait([task])
    del task
    gc.collect()
    await asyncio.sleep(0)


asyncio.run(main())


class Breaks:
    def __del__(self):
        raise ValueError(LEAK)


Breaks()


def thread():
    raise ValueError(LEAK)


working = threading.Thread(target=thread)
working.start()
working.join()
raise ValueError(LEAK)
"""


def test_no_way_that_python_tells_of_a_failure_has_a_secret_in_it() -> None:
    """Libraries' logs, warnings, the loop's own handler, a thread, an object's end, the program's end."""
    done = subprocess.run(
        [sys.executable, "-c", BAD_DAY], input=LEAK, cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert "hush" not in done.stdout + done.stderr
    for said in ("docket.worker says", "UserWarning", "Exception in callback", "Task exception was never retrieved",
                 "thread failed", "error ignored", "program failed"):  # fmt: skip
        assert said in done.stderr, said
    assert done.returncode == 1


def test_a_report_of_a_defect_and_the_sentence_about_it_hold_no_secret(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Any, logging_put_back: None
) -> None:
    def fails() -> None:
        raise RuntimeError(LEAK)

    monkeypatch.setattr(main.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(main, "build", fails)
    assert main.run([]) == 1

    (report,) = tmp_path.iterdir()
    assert "hush" not in report.read_text()
    assert "in fails" in report.read_text()
    assert report.stat().st_mode & 0o077 == 0
    assert "hush" not in capsys.readouterr().err


# --- settings --------------------------------------------------------------------------------------------------------

ENVIRONMENT = {
    "DISCORD_TOKEN": "cnry-discord",
    "TINYFISH_API_KEY": "cnry-tinyfish",
    "HS_SECRET_KEY": "cnry-first,cnry-second",
    "HS_STORE__URL": "redis+sentinel://me:cnry-redis@127.0.0.1:1/main?sentinel_password=cnry-sentinel",
}


def test_every_secret_of_the_settings_is_learnt_by_heart() -> None:
    known = {"cnry-discord", "cnry-tinyfish", "cnry-first", "cnry-second", "cnry-redis", "cnry-sentinel"}

    assert set(secrets_of(load("", ENVIRONMENT))) == known
    assert set(secrets_in(ENVIRONMENT)) >= known - {"cnry-first", "cnry-second"}


def test_settings_and_addresses_do_not_show_what_is_secret() -> None:
    settings = load("", ENVIRONMENT)

    for shown in (repr(settings), str(settings), repr(settings.store), repr(parse(settings.store.url))):
        assert "cnry" not in shown


@given(st.text("abc/@:?#[]%, ", max_size=12))
@example("@a/")
def test_an_address_that_is_refused_is_not_repeated(password: str) -> None:
    for scheme in ("redis", "redis+cluster", "redis+sentinel"):
        try:
            shown = parse(f"{scheme}://hush:CNRY{password}CNRY@host:1/0").place
        except ValueError as exc:
            shown = str(exc)
        assert "CNRY" not in shown
        assert "hush" not in shown


def test_this_process_has_one_redaction() -> None:
    assert isinstance(REDACTION, Redaction)
