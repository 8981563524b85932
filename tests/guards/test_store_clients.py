"""Every command to the store passes a crash point: its clients are made in one file, which puts the points there."""

from __future__ import annotations

import ast

import pytest

from tests.guards.project import imports, sources, tree

pytestmark = pytest.mark.guard

HOME = "alerts/store/redis/clients.py"
ASKED_BY = {"alerts/store/redis/link.py"}
# What is not our memory, or not through our client, and why.
OTHERS = {
    "alerts/jobs.py": "docket makes its own clients; its jobs are safe to repeat and lose nothing (decision 1)",
    "alerts/store/embedded_server.py": "asks its own child over a bare socket whether it is up; stores nothing",
}
# All the names under which the client library, or docket, gives somebody a connection.
CLIENTS = set(
    "Redis StrictRedis RedisCluster Sentinel Valkey Docket from_url from_pool master_for open_unix_connection".split()
)


def made_in(file: str) -> list[str]:
    """Where a file makes a client, or derives a class from one."""
    found = []
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Call):
            names = [node.func]
        elif isinstance(node, ast.ClassDef):
            names = node.bases
        else:
            continue
        found += [f"{file}:{node.lineno} {_name(name)}" for name in names if _is_client(_name(name))]
    return found


def test_a_client_of_the_store_is_made_in_one_file() -> None:
    assert [where for file in sources() if file != HOME and file not in OTHERS for where in made_in(file)] == []


def test_every_exception_is_still_one() -> None:
    assert [file for file in OTHERS if not made_in(file)] == []
    assert made_in(HOME)


def test_that_file_is_asked_by_the_link_alone() -> None:
    module = HOME.removesuffix(".py").replace("/", ".")

    assert {file for file in sources() for each in imports(file) if each.module == module} == ASKED_BY


def test_nobody_else_has_the_library_to_make_one_with() -> None:
    allowed = {HOME, *OTHERS}
    users = {
        f"{file}:{each.line} {each.module}"
        for file in sources()
        if file not in allowed
        for each in imports(file)
        if each.package in {"redis", "valkey"} and each.module not in {"redis.exceptions", "redis.asyncio.sentinel"}
    }

    assert users == set()


def _is_client(name: str) -> bool:
    return name in CLIENTS or name.endswith(("ConnectionPool", "Pipeline"))


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
