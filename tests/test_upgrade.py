"""Processes of two versions on one store, and how a process leaves it, as an operator does it."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from alerts.domain.wishes import Watch
from alerts.store import keys
from alerts.store.redis.store import RedisStore
from alerts.store.redis.version import OURS
from tests.next_version import NEXT
from tests.program import program
from tests.servers import binary_of, serving
from tests.store.test_contract import commit, locked
from tests.worlds import START, subscription

pytestmark = pytest.mark.valkey
NEXT_ONE = ("-m", "tests.next_version")


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    binary = binary_of("valkey")
    assert binary
    with serving(binary, tmp_path) as url:
        yield url


def config_in(folder: Path, url: str, page: str = "https://acme.invalid/pi5", place: str = "127.0.0.1:9") -> Path:
    config = folder / "config.yaml"
    config.write_text(
        f"store: {{url: '{url}', data_dir: {folder / 'd'}}}\n"
        f"fetch: {{allow_private: ['{place}'], respect_robots: false, pace: none}}\n"
        f"products: [{{sku: pi5, name: Pi, listings: [{{vendor: Acme, url: '{page}', reader: page}}]}}]\n"
    )
    return config


@contextmanager
def asked(url: str) -> Iterator[Any]:
    with Redis.from_url(url, decode_responses=True) as redis:
        yield redis


def until(look: Any, within: float = 20.0) -> Any:
    """The first true answer."""
    end = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < end, f"not within {within} s"
    return found


async def _news(url: str) -> None:
    """A change that somebody wants to hear of, as the next version has written it."""
    async with RedisStore(url) as store:
        await store.put_subscription(subscription())
        lock = await locked(store)
        await store.commit(commit(lock))
        await store.unlock(lock)
        redis: Any = store._link.redis
        [(ticket, fields)] = await redis.xrange(keys.CHANGES)
        await redis.xdel(keys.CHANGES, ticket)
        await redis.xadd(keys.CHANGES, {**fields, "v": "2"})


async def test_two_versions_work_side_by_side_and_nothing_of_the_newer_is_lost(tmp_path: Path, url: str) -> None:
    config = config_in(tmp_path, url)
    with program(config) as old:
        old.until("running")
        await _news(url)
        old.until("left to a newer version")
        with asked(url) as redis, program(config, main=NEXT_ONE) as new:
            assert redis.xlen(keys.QUEUE) == 0
            new.until("running")
            until(lambda: redis.xlen(keys.QUEUE) == 1)
            until(lambda: redis.hget(keys.META, "migrated") == str(NEXT.schema))
            until(lambda: redis.xlen(keys.CHANGES) == 0)
            assert old.ask("GET", "/-/ready")[0] == 200
            old.process.send_signal(signal.SIGTERM)
            assert old.process.wait(25) == 0
            with program(config) as again:
                assert again.process.wait(25) == 4
                assert again.process.stderr
                said = again.process.stderr.read()
            assert new.ask("GET", "/-/ready")[0] == 200

    assert f"was written by a newer version (schema {NEXT.schema}, this one knows {OURS.schema}): upgrade" in said


class SlowShop:
    """A page that is answered when the test lets it."""

    def __init__(self) -> None:
        self.asked, self.open = threading.Event(), threading.Event()

    @contextmanager
    def serving(self) -> Iterator[str]:
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                shop.asked.set()
                shop.open.wait(30)
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing to say."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            try:
                yield f"127.0.0.1:{server.server_address[1]}"
            finally:
                self.open.set()
                server.shutdown()


async def _watched(url: str) -> None:
    async with RedisStore(url) as store:
        await store.add_watch(Watch(guild=1, sku="pi5", added_by=7, added_at=START))


async def test_told_to_stop_it_says_so_ends_its_scan_and_gives_everything_back(tmp_path: Path, url: str) -> None:
    await _watched(url)
    shop = SlowShop()
    with shop.serving() as place, asked(url) as redis:
        with program(config_in(tmp_path, url, f"http://{place}/pi5", place)) as here:
            here.until("running")
            assert shop.asked.wait(20)
            assert redis.exists(keys.lock("pi5"))
            here.process.send_signal(signal.SIGTERM)
            draining = until(lambda: (found := here.ask("GET", "/-/ready"))[0] == 503 and found)
            shop.open.set()
            assert here.process.wait(25) == 0
        rest = [name for name in redis.scan_iter("*") if ":lock:" in name or ":lead:" in name]
        kept = redis.hget(keys.snapshot("pi5"), "rev")

    assert draining[1]["draining"] is True
    assert kept == "1", "the scan that was under way is kept"
    assert rest == []


async def test_a_second_signal_ends_it_at_once(tmp_path: Path, url: str) -> None:
    await _watched(url)
    shop = SlowShop()
    with shop.serving() as place, program(config_in(tmp_path, url, f"http://{place}/pi5", place)) as here:
        here.until("running")
        assert shop.asked.wait(20)
        here.process.send_signal(signal.SIGTERM)
        until(lambda: here.ask("GET", "/-/ready")[0] == 503)
        here.process.send_signal(signal.SIGTERM)
        assert here.process.wait(5) == 128 + signal.SIGTERM
