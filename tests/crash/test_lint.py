"""Nothing in the pipeline asks the store or Discord for anything without passing a point."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.acts import ACTS
from tests.crash.stage import Stage
from tests.guards.project import ROOT, sources, tree

pytestmark = pytest.mark.crash

_CLIENTS = {"Redis", "RedisCluster", "StrictRedis"}
_PIPELINES = {"Pipeline", "ClusterPipeline"}
# Ways of the library's that end neither in execute_command nor in a pipeline's execute.
_AROUND = {"pubsub", "monitor", "watch", "immediate_execute_command", "get_connection", "send_command", "read_response"}
# Ways to Discord other than the HTTP client of discord.py, which the harness wraps (pipeline.py).
_OTHER_WAYS = {"ClientSession", "Webhook", "SyncWebhook", "create_subprocess_exec", "AsyncWebhookAdapter"}
# Without a nonce: at least once, as the documents say, so there is nothing here to hold.
_AT_LEAST_ONCE = {"bot/notify/webhooks.py", "bot/notify/apprise_worker.py"}
# Scripts that are run when a person asks for it, the one that adds up what was counted, and the one that lengthens the
# life of a lock whose scan takes seconds.
_NOT_ON_THE_WAY = {
    *("add_product", "amend", "disown", "disown_wishes", "drop", "redrive", "schedule", "take_turns"),
    *("api_key_add", "api_key_list", "api_key_swap", "api_key_drop", "api_key_used", "tally", "renew"),
    *("identify", "drop_points"),  # before a shard identifies, and once a day of old history
    "sealed_swap",  # of another secret key; tests/store kills it
    *("bearing", "drop_product"),  # of a server that is forgotten; tests/store/test_guild_erased.py kills it
}
# The way to webhooks out is at least once; tests/webhooks kills it.
_TO_WEBHOOKS = {"hook_begin", "hook_claim", "hook_enqueue", "hook_finish", "hook_free", "hook_put", "hook_redrive"}


def test_no_client_of_the_store_is_made_without_points() -> None:
    found = [each for file in _store() for each in bare_clients(tree(file), file)]

    assert not found


def test_what_is_sent_passes_a_point_before_and_after() -> None:
    classes = [each for file in _store() for each in ast.walk(tree(file)) if isinstance(each, ast.ClassDef)]
    tapped = {each.name: _methods(each) for each in classes if _bases(each) & _CLIENTS}
    pipelines = {each.name: _methods(each) for each in classes if _bases(each) & _PIPELINES}

    assert tapped
    assert all({"execute_command", "pipeline"} <= methods for methods in tapped.values()), tapped
    assert pipelines
    assert all("execute" in methods for methods in pipelines.values()), pipelines


def test_nobody_goes_around_the_points() -> None:
    found = [
        f"{file}:{node.lineno} .{node.attr}"
        for file in _store()
        if file.startswith("alerts/store/redis/")  # nobody else holds a client
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Attribute) and node.attr in _AROUND
    ]

    assert not found


def test_discord_is_asked_through_the_client_that_has_points() -> None:
    found = [
        f"{file}:{node.lineno} {_name(node)}"
        for file in sources()
        if file.startswith("bot/notify") and file not in _AT_LEAST_ONCE
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Attribute | ast.Name) and _name(node) in _OTHER_WAYS
    ]

    assert not found


@pytest.mark.parametrize(
    "text", ["Redis()", "redis.asyncio.Redis(host='x')", "Redis.from_url('x')", "RedisCluster.from_url('x')"]
)
def test_the_lint_finds_a_client_without_points(text: str) -> None:
    assert list(bare_clients(ast.parse(text), "somewhere.py"))


@pytest.mark.valkey
async def test_every_script_of_the_way_is_run_in_some_act(stages: list[Stage]) -> None:
    scripts = {path.stem for path in (ROOT / "alerts/store/redis/scripts").glob("*.lua")}
    passed = {place for act in ACTS.values() for place in (await stages[0].play(act)).passed}

    assert scripts - {place.removeprefix("redis.") for place in passed} <= _NOT_ON_THE_WAY | _TO_WEBHOOKS


def bare_clients(module: ast.Module, file: str) -> Iterator[str]:
    """Where one of the library's own clients is made."""
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        made = node.func.value if isinstance(node.func, ast.Attribute) and "from_" in node.func.attr else node.func
        if isinstance(made, ast.Attribute | ast.Name) and _name(made) in _CLIENTS | _PIPELINES:
            yield f"{file}:{node.lineno} {_name(made)}"


def _store() -> list[str]:
    """All that the engine and its faces are made of, but the face of the jobs' engine, which makes its own clients."""
    return [file for file in sources() if Path(file).name != "jobs.py" and not file.startswith("bot/playground/")]


def _bases(each: ast.ClassDef) -> set[str]:
    return {_name(base) for base in each.bases if isinstance(base, ast.Attribute | ast.Name)}


def _methods(each: ast.ClassDef) -> set[str]:
    """The methods that pass what they send through `_passing`, or hand out something that does."""
    return {
        method.name
        for method in each.body
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(method)
        if isinstance(node, ast.Name) and (node.id in ("_passing", "_piped") or node.id.startswith("_Tapped"))
    }


def _name(node: ast.Attribute | ast.Name) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id
