"""Services outside Discord: reached on the open internet or where the operator opened a door, and nowhere else."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from alerts.addresses import SERVICES
from alerts.domain.errors import Remedy
from bot.notify.apprise_worker import AppriseWorker, Outcome, child_command, open_doors
from bot.notify.others import trouble
from tests.waiting import eventually

pytestmark = pytest.mark.process

CANARY = "cAnArY-tOkEn"


class Service:
    """Something that listens on loopback and keeps what it is sent."""

    def __init__(self, port: int) -> None:
        self.port, self.got, self.connections, self.status = port, list[object](), 0, 200

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"


@asynccontextmanager
async def service(*, leads_to: str = "", hangs: bool = False) -> AsyncIterator[Service]:
    found = Service(0)
    gate = asyncio.Event()

    async def take(request: web.Request) -> web.Response:
        found.got.append(await request.json() if request.can_read_body else None)
        if hangs:
            await gate.wait()
        if leads_to:
            raise web.HTTPTemporaryRedirect(leads_to)
        return web.Response(status=found.status)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.port = runner.addresses[0][1]
    try:
        yield found
    finally:
        gate.set()
        await runner.cleanup()


@asynccontextmanager
async def listener() -> AsyncIterator[Service]:
    """Counts connections, whatever they speak."""
    found = Service(0)

    async def hear(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.connections += 1
        writer.close()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    async with server:
        yield found


@asynccontextmanager
async def worker(
    *doors: str, limit: float = 30.0, command: Sequence[str] | None = None
) -> AsyncIterator[AppriseWorker]:
    found = AppriseWorker(allow_private=doors, limit=limit, command=command)
    try:
        yield found
    finally:
        await found.aclose()


async def send(to: AppriseWorker, address: str) -> Outcome:
    return await to.send(address, title="Back in stock", body="Pi 5\nhttps://acme.test/pi5")


async def test_a_service_that_the_operator_opened_gets_title_and_text() -> None:
    async with service() as local, worker(local.place) as found:
        assert await send(found, f"json://{local.place}/in") == Outcome("sent")

    (got,) = local.got
    assert (got["title"], got["message"]) == ("Back in stock", "Pi 5\nhttps://acme.test/pi5")  # type: ignore[index]


HOSTS = "127.0.0.1 127.1 0.0.0.0 2130706433 0x7f000001 0177.0.0.1 [::1] [::ffff:127.0.0.1] localhost ip6-localhost"


async def test_no_way_to_write_a_private_address_gets_a_connection() -> None:
    async with listener() as inner, worker() as found:
        words = {
            (await send(found, address)).word
            for host in HOSTS.split()
            for address in (
                *(f"{scheme}://{host}:{inner.port}/topic" for scheme in ("json", "ntfy", "form", "gotify", "mmost")),
                f"mailto://user:{CANARY}@{host}:{inner.port}?to=a@b.example",
            )
        }

        assert inner.connections == 0
    assert "sent" not in words
    assert "private" in words


async def test_a_public_name_that_leads_inside_gets_no_connection() -> None:
    """The system's resolver answers 127.0.0.1 for every name, as a rebinding one would."""
    lies = (
        "import socket; real = socket.getaddrinfo; socket.getaddrinfo = lambda h, *a, **k: real('127.0.0.1', *a, **k)"
    )
    async with listener() as inner, worker(command=child_command(lies)) as found:
        outcomes = [await send(found, f"{name}://ntfy.example:{inner.port}/x") for name in ("json", "ntfy", "gotify")]
        outcomes.append(await send(found, f"mailto://u:p@mail.example:{inner.port}?to=a@b.example"))

        assert inner.connections == 0
    assert [outcome.word for outcome in outcomes] == ["private", "private", "private", "private"]


async def test_a_service_that_redirects_inside_gets_nobody_there() -> None:
    async with listener() as inner, service(leads_to=f"http://127.0.0.1:{inner.port}/") as lure:
        async with worker(lure.place) as found:
            outcome = await send(found, f"json://{lure.place}/?redirect=yes")

        assert inner.connections == 0
    assert len(lure.got) == 1
    assert outcome.word in ("private", "failed")


async def test_a_door_is_open_to_the_address_that_names_it_and_to_no_other() -> None:
    async with service() as opened, service(leads_to=f"http://127.0.0.1:{opened.port}/") as lure:
        named = f"localhost:{lure.port}"
        async with worker(opened.place, named) as found:
            await send(found, f"json://{named}/?redirect=yes")

    assert (len(lure.got), opened.got) == (1, [])


async def test_a_mail_server_that_the_address_names_aside_is_looked_at_too() -> None:
    async with listener() as inner, worker() as found:
        outcome = await send(found, f"mailto://u:p@gmail.example:{inner.port}?smtp=127.0.0.1&to=a@b.example")

        assert (outcome.word, inner.connections) == ("private", 0)


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listener() as proxy, service() as local:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        async with worker(local.place) as found:
            assert (await send(found, f"json://{local.place}/")).word == "sent"
            await send(found, "json://ntfy.example/")

        assert proxy.connections == 0


async def test_what_runs_there_reads_no_file_and_starts_no_program() -> None:
    code = """
import builtins, socket, subprocess
from bot.notify.apprise_child import Sender
sender = Sender()
tries = dict(
    open=lambda: open('/etc/hostname'),
    write=lambda: open('/hardware-sentry-was-here', 'w'),
    program=lambda: subprocess.run(['true']),
    unix=lambda: socket.socket(socket.AF_UNIX).connect('/nowhere'),
    udp=lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9)),
    tcp=lambda: socket.create_connection(('127.0.0.1', 9)),
    name=lambda: socket.socket().connect(('localhost', 9)),
)
for name, attempt in tries.items():
    try:
        attempt()
        print(name, 'done')
    except BaseException as exc:
        print(name, type(exc).__name__)
"""
    command = child_command()
    command[-1] = command[-1].partition("; pass;")[0] + "\n" + code
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()

    names = "open write program unix udp tcp name".split()
    assert said.decode().split() == [word for name in names for word in (name, "PermissionError")]


async def test_a_service_that_hangs_is_given_up_and_the_next_message_goes_out() -> None:
    async with service(hangs=True) as slow, service() as quick, worker(slow.place, quick.place, limit=3.0) as found:
        assert await send(found, f"json://{slow.place}/") == Outcome("late")
        assert found.pid is None
        assert await send(found, f"json://{quick.place}/") == Outcome("sent")


async def test_a_process_that_was_killed_is_started_again() -> None:
    async with service() as local, worker(local.place) as found:
        await send(found, f"json://{local.place}/")
        first = found.pid
        assert first
        os.kill(first, 9)
        answers = [await send(found, f"json://{local.place}/") for _ in range(2)]

        assert answers[-1] == Outcome("sent")
        assert found.pid != first


async def test_nothing_runs_before_it_is_needed_nor_after_the_end() -> None:
    found = AppriseWorker()
    assert found.pid is None
    assert await found.understands("json://a.example/")
    pid = found.pid
    assert pid
    await found.aclose()

    async def gone() -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return False

    await eventually(gone)


async def test_every_service_on_the_list_is_one_that_apprise_knows_and_no_other_is_spoken_to() -> None:
    code = "from apprise.manager_plugins import NotificationManager as N; m = N(); print(*sorted(m.schemas()))"
    command = child_command()
    command[-1] = command[-1].partition("; pass;")[0] + "\n" + code
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    known = set(said.decode().split())

    assert len(known) > 150
    assert known >= SERVICES
    async with worker() as found:
        for scheme in sorted(known - SERVICES)[::8]:
            assert not await found.understands(f"{scheme}://user:password@host.example/path")


async def test_an_address_is_understood_without_sending_anything() -> None:
    whole = "ntfys://ntfy.sh/mine mailto://user:pass@gmail.com tgram://123456789:abcdefg_hijklmnop/12315544/".split()
    async with worker() as found:
        assert [await found.understands(address) for address in (*whole, "slack://incomplete")] == [True] * 3 + [False]


async def test_a_services_refusal_has_its_remedy() -> None:
    table = {401: Remedy.PAUSE, 403: Remedy.PAUSE, 404: Remedy.PAUSE, 400: Remedy.BURY, 429: Remedy.RETRY,
             500: Remedy.RETRY, 503: Remedy.RETRY}  # fmt: skip
    seen = {}
    async with service() as local, worker(local.place) as found:
        for status in table:
            local.status = status
            error = trouble(await send(found, f"json://user:{CANARY}@{local.place}/{CANARY}"))
            assert error
            assert CANARY not in str(error)
            assert error.code == status
            seen[status] = error.remedy

    assert seen == table


@pytest.mark.parametrize(
    ("word", "remedy"),
    [("private", Remedy.PAUSE), ("unknown", Remedy.DISABLE), ("late", Remedy.RETRY), ("died", Remedy.RETRY)],
)
def test_every_other_end_has_its_remedy(word: str, remedy: Remedy) -> None:
    error = trouble(Outcome(word))

    assert error
    assert error.remedy is remedy


def test_only_what_the_address_names_is_opened_for_it() -> None:
    private = ("127.0.0.1:80", "ntfy.lan:8080", "mail.lan:25", "[fd00::1]:80")

    assert open_doors("ntfy://ntfy.lan/topic", private) == ["ntfy.lan:8080"]
    assert open_doors("mailto://u:p@example.com?smtp=mail.lan", private) == ["mail.lan:25"]
    assert open_doors("json://[fd00::1]/x", private) == ["[fd00::1]:80"]
    assert open_doors("json://example.com", private) == []
    assert open_doors("json://[", private) == []
