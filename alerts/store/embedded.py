"""The database that comes along: starts the bundled server in the data directory, keeps it alive, ends it with us.

Whoever holds the lock on `owner.lock` owns the server; every other program on the same directory uses it, and the first
to get the lock takes over. The server itself holds the lock as well, through an inherited descriptor, until its very
end: so no second server can open the same files while the first is still writing its last second down.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import structlog

from alerts.domain.errors import StoreUnavailable
from alerts.store.embedded_aof import mend_tail
from alerts.store.embedded_server import SILENCE_BEFORE_GIVING_UP, Place, Server, find_server, greeting

LONGEST_SOCKET_PATH = 103  # bytes: macOS allows 103, Linux 107
TIME_BETWEEN_LOOKS = 0.1  # seconds between two tries for the lock: an outage of ours lasts that much longer
LONGEST_PAUSE = 30.0
LONG_ENOUGH_TO_FORGIVE = 60.0

log = structlog.get_logger()


class Embedded:
    """A server on a unix socket, ours or shared; its data stay in `data_dir`. Enter it on the main thread.

    Linux ends the server when the *thread* that started it ends, so a loop on a passing thread would lose it.
    """

    def __init__(
        self, data_dir: Path, *, find: Callable[[], Path] = find_server, patience: float = SILENCE_BEFORE_GIVING_UP
    ) -> None:
        self._dir, self._find, self._patience = data_dir.absolute(), find, patience
        self._lock: int | None = None
        self._server: Server | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._pause = 0.0
        self._place = Place(self._dir, socket_path(self._dir))
        self.owner, self.restarts = False, 0
        self.trouble: str | None = None  # why the server is away just now, for the health page

    @property
    def url(self) -> str:
        """Where clients connect; the same before and after every restart and takeover."""
        return f"unix://{quote(str(self._place.socket))}"

    @property
    def pid(self) -> int | None:
        """The process id of the server, when it is ours and running."""
        return self._server.pid if self._server else None

    async def __aenter__(self) -> Embedded:
        """Come back with a server that answers, ours or another program's; raise StoreUnavailable otherwise."""
        _make_private(self._place)
        self._lock = _open_lock(self._dir)
        async with contextlib.AsyncExitStack() as undo:
            undo.push_async_callback(self._close)
            await self._own_or_attach()
            undo.pop_all()
        self._keeper = asyncio.create_task(self._keep(), name="embedded store")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def _own_or_attach(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._patience) as patience:
                while not self._take_lock():
                    said = await greeting(self._place.socket)
                    if said == "+PONG":
                        log.info("embedded store attached", socket=str(self._place.socket))
                        return
                    if said is not None:  # it is loading its data
                        patience.reschedule(loop.time() + self._patience)
                    await asyncio.sleep(0.02)
        except TimeoutError as error:
            raise StoreUnavailable(
                f"Another program (process {self._holder()}) holds {self._dir}, but no server answers there. "
                "Stop that program, or choose another store.data_dir."
            ) from error
        self._server = await self._start()

    async def _keep(self) -> None:
        """Take over when the owner is gone; bring the server back whenever it dies."""
        if not self.owner:
            while not self._take_lock():  # noqa: ASYNC110  nobody tells us when a lock comes free
                await asyncio.sleep(TIME_BETWEEN_LOOKS)
            log.warning("embedded store: its owner is gone, taking over", data_dir=str(self._dir))
            self._server = await self._start_at_last()
        while self._server is not None:
            code, lived = await self._server.ended()
            self._server, self.restarts = None, self.restarts + 1
            self.trouble = "the embedded server died and is being restarted"
            log.warning("embedded store died", code=code, lived=round(lived, 1), restarts=self.restarts)
            if lived > LONG_ENOUGH_TO_FORGIVE:
                self._pause = 0.0
            self._server = await self._start_at_last()

    async def _start_at_last(self) -> Server:
        """Try until it works: at once, then ever more slowly, as a full disk is emptied by people."""
        while True:
            await asyncio.sleep(self._pause)
            self._pause = min(LONGEST_PAUSE, max(0.1, 2 * self._pause))
            try:
                return await self._start()
            except StoreUnavailable as trouble:
                self.trouble = str(trouble)
                log.error("embedded store is away", reason=self.trouble, next_try_in=self._pause)  # noqa: TRY400

    async def _start(self) -> Server:
        assert self._lock is not None
        binary, began = self._find(), asyncio.get_running_loop().time()
        try:
            server = await Server.start(binary, self._place, lock=self._lock)
        except StoreUnavailable as refused:
            if not await mend_tail(str(refused), binary=binary, data_dir=self._dir):
                raise
            server = await Server.start(binary, self._place, lock=self._lock)
        self.trouble = None
        took = round(1000 * (asyncio.get_running_loop().time() - began))
        log.info("embedded store started", pid=server.pid, binary=str(binary), data_dir=str(self._dir), ms=took)
        return server

    async def _close(self) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
            self._keeper = None
        if self._server is not None:
            await self._server.stop()
            self._server = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock, self.owner = None, False

    def _take_lock(self) -> bool:
        assert self._lock is not None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, str(os.getpid()).encode(), 0)
        self.owner = True
        return True

    def _holder(self) -> str:
        assert self._lock is not None
        return os.pread(self._lock, 20, 0).decode("ascii", "replace") or "unknown"


def socket_path(data_dir: Path) -> Path:
    """The same short path for every program on the same data: inside it where that fits, else in our corner of /tmp."""
    inside = data_dir / "v.sock"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH:
        return inside
    # Neither TMPDIR nor XDG_RUNTIME_DIR: two programs on one directory may see different ones, and must meet.
    name = hashlib.blake2b(os.fsencode(data_dir.resolve()), digest_size=8).hexdigest()
    return Path("/tmp") / f"hardware-sentry-{os.getuid()}-{name}" / "v.sock"  # noqa: S108  checked in _make_private


def _make_private(place: Place) -> None:
    """See that the directories of data and socket are there; a new one is for our eyes only."""
    try:
        place.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.socket.parent.mkdir(mode=0o700, exist_ok=True)
        found = place.socket.parent.lstat()
    except OSError as error:
        raise _unusable(place.data_dir, error) from error
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    if place.socket.parent != place.data_dir and not is_ours:
        raise StoreUnavailable(
            f"{place.socket.parent} should be ours alone and is not: delete it, or choose a shorter store.data_dir."
        )


def _open_lock(data_dir: Path) -> int:
    try:
        return os.open(data_dir / "owner.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _unusable(data_dir, error) from error


def _unusable(data_dir: Path, error: OSError) -> StoreUnavailable:
    return StoreUnavailable(
        f"The data directory {data_dir} cannot be written ({error.strerror}): make it writable for this user, "
        "or choose another with store.data_dir (environment: HS_STORE__DATA_DIR)."
    )
