"""Which secrets there are in the tests, and everything that is written, shown or kept meanwhile.

Both are taken where they pass: at the makers of secrets, and at the doors. A hook stands as soon as its module has been
imported by somebody else, so that a run of a few tests imports no more than these.
"""

from __future__ import annotations

import inspect
import re
import sys
import traceback
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

MARK = f"cnry{token_hex(8)}"
"""In every credential that is not made by a maker; another one in each run."""
SHORTEST = 12  # a shorter one is a word that a test says elsewhere, too
_LONG = re.compile(r"[\w~+-]{12,}")
_MOST_BYTES = 4 << 20
_STORES_KEPT = 8


@dataclass(frozen=True)
class Leak:
    """A secret where it does not belong."""

    where: str
    kind: str
    door: str
    around: str

    def __str__(self) -> str:
        return f"{self.where}: {self.kind} in {self.door}: {self.around}"


# A secret is let through a door so many times, and why.
ALLOWED: dict[tuple[str, str], tuple[int, str]] = {
    ("API key", "stdout"): (1, "`keys create` and `keys rotate` show a new key once"),
    ("API key", "message"): (1, "/settings shows a new key once, to the admin who made it"),
    ("API key", "HTTP answer"): (1, "the answer that makes a key shows it once"),
    ("signing secret", "HTTP answer"): (1, "the answer that makes a webhook shows its secret once"),
    ("webhook's address", "HTTP answer"): (9, "a form that was refused gives its writer back what they typed"),
}


class Canaries:
    """The secrets of a run and what has been seen since the last look."""

    def __init__(self) -> None:
        self._secrets: dict[bytes, str] = {}
        self._recent: deque[bytes] = deque(maxlen=500)
        self._shown: dict[tuple[bytes, str], int] = {}
        self._seen: list[tuple[str, bytes]] = []
        self._size = 0
        self._stores: deque[Any] = deque(maxlen=_STORES_KEPT)
        self.where = "before the first test"
        self.leaks: list[Leak] = []
        self.looked_at = 0
        self.collected = 0

    def is_secret(self, text: str | None, kind: str) -> None:
        """From now on it must not be seen."""
        if text and len(text) >= SHORTEST and (secret := text.encode("utf-8", "replace")) not in self._secrets:
            if len(self._recent) == self._recent.maxlen:
                self._secrets.pop(self._recent[0], None)
            self._secrets[secret] = kind
            self._recent.append(secret)
            self.collected += 1

    def saw(self, door: str, *what: object) -> None:
        """Something went through this door."""
        for each in what:
            seen = each if isinstance(each, bytes) else str(each).encode("utf-8", "replace")
            self._seen.append((door, seen))
            self._size += len(seen)
        if self._size > _MOST_BYTES:
            self.look()

    def keeps(self, store: object) -> None:
        """A store in memory, to be looked through when the test is over."""
        self._stores.append(store)

    def look(self) -> None:
        """Find what was seen and should not have been, and forget what was seen."""
        seen, self._seen, self._size = self._seen, [], 0
        for door in {door for door, _ in seen}:
            self._search(door, b"\n".join(text for at, text in seen if at == door))

    def test_is_over(self) -> None:
        """Look through what is left of it."""
        stores = [*self._stores]
        self._stores.clear()
        if self._secrets:
            for store in stores:
                self.saw("store", *map(repr, vars(store).values()))
        self.look()

    def _search(self, door: str, text: bytes) -> None:
        self.looked_at += len(text)
        for secret, kind in list(self._secrets.items()):
            at = text.find(secret)
            if at < 0:
                continue
            most, _ = ALLOWED.get((kind, door), (0, ""))
            shown = self._shown[secret, door] = self._shown.get((secret, door), 0) + text.count(secret)
            if shown > most:
                around = text[max(0, at - 80) : at] + b"<here>" + text[at + len(secret) : at + len(secret) + 40]
                self.leaks.append(Leak(self.where, kind, door, around.decode("utf-8", "replace")))


Hook = Callable[[Canaries, Any], Any]
HOOKS: dict[tuple[str, str], Hook] = {}


def _hook(module: str, name: str) -> Callable[[Hook], Hook]:
    def keep(hook: Hook) -> Hook:
        HOOKS[module, name] = hook
        return hook

    return keep


def install(canaries: Canaries, standing: set[tuple[str, str]], put: Callable[[Any, str, Any], None]) -> None:
    """Put up the hooks of what has been imported meanwhile; `put` is setattr with a way back."""
    for where, hook in HOOKS.items():
        module = sys.modules.get(where[0])
        if where in standing or module is None or getattr(module.__spec__, "_initializing", False):
            continue
        standing.add(where)
        *path, name = where[1].split(".")
        owner: Any = module
        for part in path:
            owner = getattr(owner, part)
        is_static = isinstance(inspect.getattr_static(owner, name), classmethod | staticmethod)
        made = hook(canaries, getattr(owner, name))
        put(owner, name, staticmethod(made) if is_static else made)


def _after(note: Callable[..., None]) -> Callable[[Any], Any]:
    """Call first, then note the arguments and the result as `note(result, *args, **kwargs)`."""

    def around(original: Any) -> Any:
        if inspect.iscoroutinefunction(original):

            async def later(*args: Any, **kwargs: Any) -> Any:
                result = await original(*args, **kwargs)
                note(result, *args, **kwargs)
                return result

            return later

        def now(*args: Any, **kwargs: Any) -> Any:
            result = original(*args, **kwargs)
            note(result, *args, **kwargs)
            return result

        return now

    return around


def within(address: str) -> Iterator[str]:
    """What may be secret in an address: every long word behind the host, and user and password."""
    rest = address.partition("://")[2]
    login, at, after = rest.rpartition("@") if "@" in rest.partition("/")[0] else ("", "", rest)
    for part in (login, after if at else after.partition("/")[2]):
        yield from (word for word in _LONG.findall(part) if not word.isdigit())  # an id is none


# --- secrets ---------------------------------------------------------------------------------------------------------

_hook("pydantic.types", "SecretStr.__init__")(
    lambda canaries, original: _after(
        lambda _, self, value: [canaries.is_secret(each, "setting") for each in str(value).split(",")]
    )(original)
)
for _module, _name, _kind in (
    ("alerts.api_keys", "written", "API key"),
    ("alerts.webhooks.management", "new_secret", "signing secret"),
    ("alerts.store.seal", "_checked", "secret key"),
):
    _hook(_module, _name)(
        lambda canaries, original, kind=_kind: _after(lambda result, *_: canaries.is_secret(result, kind))(original)
    )


@_hook("cryptography.fernet", "Fernet.generate_key")
def _fernet(canaries: Canaries, original: Any) -> Any:
    return _after(lambda result: canaries.is_secret(result.decode(), "secret key"))(original)


@_hook("alerts.addresses", "read_address")
def _pasted(canaries: Canaries, original: Any) -> Any:
    return _after(lambda found, *_, **__: [canaries.is_secret(each, "address") for each in within(found[1])])(original)


@_hook("alerts.webhooks.vault", "_text")
def _sealed(canaries: Canaries, original: Any) -> Any:
    def note(_: str, __: int, ___: str, opened: Any) -> None:
        canaries.is_secret(opened.secret, "signing secret")
        for each in within(opened.url):
            canaries.is_secret(each, "webhook's address")

    return _after(note)(original)


@_hook("bot.playground.discord.server", "DiscordServer.__init__")
def _discord(canaries: Canaries, original: Any) -> Any:
    def begin(self: Any, *, token: str = f"{MARK}-bot-token", **more: Any) -> None:
        canaries.is_secret(token, "bot token")
        original(self, token=token, **more)

    return begin


@_hook("bot.playground.play", "_TOKEN")
def _playground(canaries: Canaries, _: Any) -> Any:
    return f"{MARK}-playground-token"


@_hook("bot.playground.discord.webhooks", "Webhooks.make")
def _channels_webhook(canaries: Canaries, original: Any) -> Any:
    return _after(lambda made, *_: canaries.is_secret(made["token"], "webhook token"))(original)


@_hook("discord.interactions", "Interaction.__init__")
def _interaction(canaries: Canaries, original: Any) -> Any:
    return _after(lambda _, self, **__: canaries.is_secret(self.token, "interaction token"))(original)


# --- doors -----------------------------------------------------------------------------------------------------------


@_hook("structlog._base", "BoundLoggerBase._process_event")
def _event(canaries: Canaries, original: Any) -> Any:
    """Ours must hold no secret even before the redaction."""

    def process(self: Any, method: str, event: Any, facts: dict[str, Any]) -> Any:
        error = facts.get("exc_info")
        error = sys.exc_info()[1] if error is True else error[1] if isinstance(error, tuple) else error
        canaries.saw("log", f"{event} {self._context!r} {facts!r}", *_traced(error))
        return original(self, method, event, facts)

    return process


@_hook("logging", "Logger.handle")
def _record(canaries: Canaries, original: Any) -> Any:
    """Those of libraries as they are written, after the redaction."""

    def handle(self: Any, record: Any) -> Any:
        from bot.redact import REDACTION  # noqa: PLC0415 - a run of a few tests need not import it

        if not isinstance(record.msg, dict):  # an event of ours on its way out
            try:
                text = record.getMessage()
            except Exception:  # noqa: BLE001 - a wrong call is told of by the handler
                text = ""
            error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
            canaries.saw("library's log", *map(REDACTION.text, (text, *_traced(error))))
        return original(self, record)

    return handle


def _traced(error: object) -> list[str]:
    return ["".join(traceback.format_exception(error))] if isinstance(error, BaseException) else []


@_hook("_pytest.capture", "CaptureFixture.readouterr")
def _captured(canaries: Canaries, original: Any) -> Any:
    return _after(lambda said, *_: canaries.saw("stdout", said.out, said.err))(original)


@_hook("asyncio.subprocess", "SubprocessStreamProtocol.pipe_data_received")
def _child(canaries: Canaries, original: Any) -> Any:
    def saw(_: Any, protocol: Any, __: int, data: bytes) -> None:
        # What a browser shows was an HTTP answer of ours, and is looked at as one.
        if not _is_browsers(protocol):
            canaries.saw("child's output", data)

    return _after(saw)(original)


def _is_browsers(protocol: Any) -> bool:
    process = getattr(getattr(protocol, "_transport", None), "_proc", None)
    return any("playwright" in str(part) for part in getattr(process, "args", ()))


@_hook("subprocess", "Popen.__init__")
def _started(canaries: Canaries, original: Any) -> Any:
    """What a process is started with can be read by everybody on the machine."""
    return _after(lambda _, __, args, *___, **____: canaries.saw("argv", repr(args)))(original)


@_hook("subprocess", "Popen.communicate")
def _finished_child(canaries: Canaries, original: Any) -> Any:
    return _after(lambda said, *_, **__: canaries.saw("child's output", *(each for each in said if each)))(original)


@_hook("redis.asyncio.connection", "AbstractConnection.send_packed_command")
def _command(canaries: Canaries, original: Any) -> Any:
    """Whatever is asked of a store, and so whatever is kept. Only the login may hold the password."""

    async def send(self: Any, command: Any, *args: Any, **kwargs: Any) -> Any:
        parts = [command] if isinstance(command, str | bytes) else [*command]
        sent = b"".join(each.encode() if isinstance(each, str) else bytes(each) for each in parts)
        if not re.match(rb"\*\d+\r\n\$\d+\r\n(AUTH|HELLO)\r\n", sent):
            canaries.saw("store", sent)
        return await original(self, parts, *args, **kwargs)

    return send


@_hook("alerts.store.memory", "MemoryStore.__init__")
def _memory(canaries: Canaries, original: Any) -> Any:
    return _after(lambda _, self, *__, **___: canaries.keeps(self))(original)


@_hook("alerts.me", "Me.export")
def _export(canaries: Canaries, original: Any) -> Any:
    return _after(lambda found, *_: canaries.saw("export", repr(found)))(original)


@_hook("alerts.metrics.gauges", "Exposition.text")
def _metrics(canaries: Canaries, original: Any) -> Any:
    return _after(lambda text, *_: canaries.saw("metrics", text))(original)


@_hook("bot.sentry", "_without_ids")
def _sentry(canaries: Canaries, original: Any) -> Any:
    """An event as it goes to Sentry."""
    return _after(lambda sent, *_: canaries.saw("Sentry's event", repr(sent)) if isinstance(sent, dict) else None)(
        original
    )


@_hook("opentelemetry.sdk.trace.export", "BatchSpanProcessor.on_end")
def _span(canaries: Canaries, original: Any) -> Any:
    return _after(lambda _, __, span: canaries.saw("span", span.to_json()))(original)


@_hook("bot.playground.discord.rest", "read_body")
def _message(canaries: Canaries, original: Any) -> Any:
    def note(body: Any, *_: Any) -> None:
        if body.payload is not None:
            canaries.saw("message", repr(body.payload), *(upload.data for upload in body.uploads))

    return _after(note)(original)


@_hook("simcord.http.router", "dispatch")
def _simulated_message(canaries: Canaries, original: Any) -> Any:
    def dispatch(*args: Any, **more: Any) -> Any:
        files = [file.fp.getvalue() for file in more.get("files") or () if hasattr(file.fp, "getvalue")]
        canaries.saw("message", repr(more.get("json")), repr(more.get("params")), *files)
        return original(*args, **more)

    return dispatch


@_hook("aiohttp.web", "Application.__init__")
def _answers(canaries: Canaries, original: Any) -> Any:
    """Every answer of our web face, as it goes out."""

    def begin(self: Any, *args: Any, middlewares: Any = (), **more: Any) -> None:
        is_ours = str(sys._getframe(1).f_globals.get("__name__")).startswith("bot.web")
        original(self, *args, middlewares=[*([_door(canaries)] if is_ours else []), *middlewares], **more)

    return begin


def _door(canaries: Canaries) -> Any:
    from aiohttp import web  # noqa: PLC0415 - see above

    @web.middleware
    async def through(request: Any, handler: Any) -> Any:
        try:
            answer = await handler(request)
        except web.HTTPException as exc:
            canaries.saw("HTTP answer", repr(exc.headers), exc.body or b"")
            raise
        body = answer.body if isinstance(answer, web.Response) else b""
        body = body if isinstance(body, bytes | bytearray) else getattr(body, "_value", b"") or b""
        canaries.saw("HTTP answer", repr(answer.headers), _unpacked(bytes(body), answer.headers))
        return answer

    return through


def _unpacked(body: bytes, headers: Any) -> bytes:
    match headers.get("Content-Encoding"):
        case "gzip":
            return zlib.decompress(body, 31)
        case "br":
            import brotli  # noqa: PLC0415

            return bytes(brotli.decompress(body))
        case "zstd":
            from bot.web.compress import zstd  # type: ignore[attr-defined] # noqa: PLC0415

            return bytes(zstd.decompress(body))
    return body


@_hook("aiohttp.web", "StreamResponse.write")
def _streamed(canaries: Canaries, original: Any) -> Any:
    async def write(self: Any, data: Any) -> Any:
        request = self._req
        route = request.match_info.handler if request is not None else None
        if str(getattr(route, "__module__", "")).startswith("bot.web"):
            canaries.saw("HTTP answer", bytes(data))
        return await original(self, data)

    return write
