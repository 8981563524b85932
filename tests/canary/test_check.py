"""The check can fail: a leak planted at each door is found, named with its test, and fails the run."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys

import pytest

from tests.canary.collecting import ALLOWED, HOOKS, Canaries, within
from tests.guards.project import ROOT

PLANTED = """
import logging, subprocess, sys
import aiohttp, pytest, redis.asyncio, structlog
from pydantic import SecretStr

from alerts import api_keys
from alerts.domain.wishes import Target, TargetKind
from alerts.metrics.gauges import Exposition
from alerts.settings.web import WebSection
from alerts.store.memory import MemoryStore
from bot.playground.discord.server import DiscordServer
from bot.web import body, server
from tests.fakes import FakeClock
from tests.wire.bots import post_json

SECRET = "planted-secret-value"


@pytest.fixture(autouse=True)
def secret():
    return SecretStr(SECRET)


def test_log():
    structlog.get_logger().info("x", facts=[{"deep": SECRET}])


def test_traceback():
    try:
        raise ValueError(SECRET)
    except ValueError:
        structlog.get_logger().exception("failed")


def test_record():
    logging.getLogger("foreign").info("not written: %s", SECRET)
    logging.getLogger("foreign").error("written: %s", SECRET)


def test_printed():
    print(SECRET)


def test_captured(capsys):
    print(SECRET)
    assert capsys.readouterr().out


def test_child():
    subprocess.run([sys.executable, "-c", f"print('{SECRET}')"], check=True)


def test_piped_child():
    subprocess.run([sys.executable, "-c", f"print('{SECRET}')"], check=True, capture_output=True)


def test_argv():
    subprocess.run([sys.executable, "-c", "pass", SECRET], check=True)


async def test_memory():
    await MemoryStore(clock=FakeClock()).put_sealed(1, Target(type=TargetKind.WEBHOOK, id=1), SECRET)


async def test_message():
    async with DiscordServer() as discord:
        channel = discord.world.channel("deals").id
        await post_json(discord, f"/channels/{channel}/messages", {"content": f"psst {discord.token}"})


async def test_answer():
    async def tell(request):
        return aiohttp.web.Response(text=SECRET, headers={"X-Y": "z"})

    app = server.application([], gate=None, clock=FakeClock(), pages=[aiohttp.web.get("/x", tell)])
    async with server.serving(app, WebSection(port=0)) as port, aiohttp.ClientSession() as session:
        await (await session.get(f"http://127.0.0.1:{port}/x")).text()


def test_key_once_is_fine():
    print(api_keys.written("abcdefg2", "x" * 32))


def test_key_twice():
    key = api_keys.written("abcdefg3", "y" * 32)
    print(key, key)


def test_innocent():
    print("planted", "secret")
    structlog.get_logger().info("x", secret=SecretStr(SECRET))
"""
LEAKING = "log traceback record printed captured child piped_child argv memory message answer key_twice".split()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a run with planted leaks says in the end."""
    folder = tmp_path_factory.mktemp("planted")
    (folder / "test_planted.py").write_text(PLANTED)
    (folder / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    done = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.canary.checking", str(folder)],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert done.stdout
    said = done.stdout.read()  # not by communicate(), which is one of the doors
    done.stdout.close()
    assert done.wait(60) == pytest.ExitCode.TESTS_FAILED, said
    return said


@pytest.mark.parametrize("name", LEAKING)
def test_a_planted_leak_is_found(name: str, told: str) -> None:
    assert f"test_planted.py::test_{name}: " in told


def test_nothing_else_is_found_and_the_tests_themselves_have_passed(told: str) -> None:
    found = {line.partition("::test_")[2].partition(":")[0] for line in told.splitlines() if "::test_" in line}

    assert found == set(LEAKING)
    assert f"{len(LEAKING) + 2} passed" in told
    assert "planted-secret-value" not in told


def test_a_secret_is_let_through_as_often_as_a_reason_says() -> None:
    canaries = Canaries()
    for number, ((kind, door), (most, _)) in enumerate(ALLOWED.items()):
        secret = f"a-secret-of-{kind}-{number}"
        canaries.is_secret(secret, kind)
        canaries.saw(door, *[secret] * most)
        canaries.look()
        assert not canaries.leaks
        canaries.saw(door, secret)
        canaries.look()
        assert canaries.leaks.pop().door == door


def test_what_may_be_secret_in_an_address_is_known() -> None:
    long = "abcdefghijkl-secret"

    assert [*within(f"https://discord.com/api/webhooks/123456789012345678/{long}")] == [long]
    assert [*within(f"ntfys://me:{long}@ntfy.example.org/alerts")] == [long]
    assert [*within(f"https://a-very-long-host.example/in?token={long}&n=1")] == [long]


def test_every_hook_has_its_place_in_the_program() -> None:
    """A renamed maker or door must not be left without its hook in silence."""
    for module, path in HOOKS:
        found = importlib.import_module(module)
        for name in path.split("."):
            assert hasattr(found, name), f"{module}.{path} is gone: hook what has taken its place"
            found = getattr(found, name)
