"""Where the store is: what `store.url` says. ValueError holds the rest of a sentence that begins with the key."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import unquote, urlsplit

_REDIS_PORT = 6379
_SENTINEL_PORT = 26379


class Way(StrEnum):
    """How the server of a command is found."""

    SINGLE = "single"
    CLUSTER = "cluster"
    SENTINEL = "sentinel"


_SINGLE = ("embedded", "redis", "rediss", "valkey", "valkeys", "unix")
_SECURE = ("rediss", "valkeys")
_MANY = {
    f"{make}+{way}": (way, make in _SECURE)
    for make in ("redis", "rediss", "valkey", "valkeys")
    for way in (Way.CLUSTER, Way.SENTINEL)
}
_EXAMPLE = {
    Way.CLUSTER: "redis+cluster://HOST:6379,HOST:6379",
    Way.SENTINEL: "redis+sentinel://HOST:26379,HOST:26379/SERVICE/0",
}
_ENCODE = "in a password write / ? # [ ] as %2F %3F %23 %5B %5D"


@dataclass(frozen=True, slots=True)
class Address:
    """A store address, taken apart. `text` is the same in the words that the client library knows."""

    text: str = field(repr=False)
    way: Way = Way.SINGLE
    hosts: tuple[tuple[str, int], ...] = ()
    is_secure: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    service: str = ""
    database: int = 0
    query: str = field(default="", repr=False)

    @property
    def place(self) -> str:
        """For people: without user, password and options."""
        scheme = self.text.partition("://")[0]
        if self.way is Way.SINGLE:
            parts = urlsplit(self.text)
            return f"{scheme}://{_joined(parts.hostname, parts.port or _REDIS_PORT) if parts.hostname else parts.path}"
        hosts = ",".join(_joined(*host) for host in self.hosts)
        return f"{scheme}://{hosts}/{self.service}" if self.service else f"{scheme}://{hosts}"

    def through(self, host: str, port: int) -> str:
        """The same Cluster, named by this one of its nodes."""
        scheme, _, rest = self.text.partition("://")
        login, at, _ = rest.partition("/")[0].partition("?")[0].rpartition("@")
        return f"{scheme}://{login}{at}{_joined(host, port)}{f'?{self.query}' if self.query else ''}"


def parse(url: str) -> Address:
    """The address that is meant, or ValueError."""
    scheme, separator, rest = url.partition("://")
    if scheme != "unix" and "@" in rest.partition("/")[2].partition("?")[0]:
        raise ValueError(f"holds a password that is cut in two; {_ENCODE}")
    text = url.replace("valkeys", "rediss", 1).replace("valkey", "redis", 1) if scheme.startswith("valkey") else url
    if scheme in _MANY and separator:
        way, is_secure = _MANY[scheme]
        return _several(text, way, rest, is_secure=is_secure)
    if scheme not in _SINGLE or not separator:
        raise ValueError("is not a store address; write embedded:// or redis://HOST:PORT/0")
    if scheme not in ("embedded", "unix"):
        _check(url)
    return Address(text)


def _check(url: str) -> None:
    """One server's address. What is wrong with it is said without any of it: what was meant as a password may be
    anywhere."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError(f"holds something that is not host:port; write redis://HOST:PORT/0, and {_ENCODE}") from None
    if not host:
        raise ValueError("names no host; write redis://HOST:PORT/0")


def secrets_in(url: str) -> list[str]:
    """Passwords in an address, as they stand there, also in one that cannot be parsed."""
    rest, _, query = url.partition("://")[2].partition("?")
    password = rest.rpartition("@")[0].partition(":")[2]
    named = [value for name, _, value in (each.partition("=") for each in query.split("&")) if "password" in name]
    return [each for each in (password, *named) if each]


def _several(text: str, way: Way, rest: str, *, is_secure: bool) -> Address:
    before, _, query = rest.partition("?")
    authority, _, path = before.partition("/")
    login, _, hosts = authority.rpartition("@")
    user, _, password = login.partition(":")
    if "@" in path:
        raise ValueError(f"holds a password that is cut in two; {_ENCODE}")
    names = [unquote(part) for part in path.split("/") if part]
    found = tuple(_host(part, way) for part in hosts.split(","))
    service, database = "", names[0] if names else "0"
    if way is Way.SENTINEL:
        if not names:
            raise ValueError(f"names no service of the Sentinels; write {_EXAMPLE[way]}")
        service, database = names[0], names[1] if len(names) > 1 else "0"
    if not (database.isascii() and database.isdigit()) or len(names) > 1 + bool(service):
        raise ValueError(f"ends with something that is no database; write {_EXAMPLE[way]}")
    if way is Way.CLUSTER and database != "0":
        raise ValueError(f"names database {database}, but a Cluster has only one; write {_EXAMPLE[way]}")
    return Address(
        text=text,
        way=way,
        hosts=found,
        is_secure=is_secure,
        user=unquote(user) or None,
        password=unquote(password) or None,
        service=service,
        database=int(database),
        query=query,
    )


def _host(text: str, way: Way) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{text.strip()}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(f"holds something that is not host:port; write {_EXAMPLE[way]}, and {_ENCODE}") from None
    if not host:
        raise ValueError(f"names no host; write {_EXAMPLE[way]}")
    return host, port or (_SENTINEL_PORT if way is Way.SENTINEL else _REDIS_PORT)


def _joined(host: str | None, port: int) -> str:
    return f"[{host}]:{port}" if host and ":" in host else f"{host}:{port}"
