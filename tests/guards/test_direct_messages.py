"""Whom the bot writes to in private, and why: nobody who has not asked for it. Every way there is stands here."""

from __future__ import annotations

import ast

import pytest

from tests.guards.project import sources, tree

pytestmark = pytest.mark.guard
OPENS = {
    "bot/notify/channels.py": "alerts whose target is a person; see MAKES for who can have made one",
    "bot/notify/hello.py": "the first message, after that person asked for an alert of their own or pressed Try",
}
MAKES = {
    "alerts/own.py": "the asker's own alert: the id is that of whoever pressed or typed",
    "alerts/direct.py": "whether the asker can be written to",
    "alerts/me.py": "what is kept of whoever asks for it",
    "alerts/store/redis/persons.py": "finding what is kept of a person",
    "alerts/store/memory_persons.py": "finding what is kept of a person",
}


def _calls(file: str) -> list[ast.Call]:
    return [node for node in ast.walk(tree(file)) if isinstance(node, ast.Call)]


def _ours() -> list[str]:
    return [file for file in sources() if not file.startswith("bot/playground/")]


def test_a_direct_message_is_opened_in_these_places_alone() -> None:
    names = {"create_dm", "start_private_message", "dm_channel"}
    found = {
        file
        for file in _ours()
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Attribute) and node.attr in names
    }

    assert found == set(OPENS)


def test_nobody_but_a_person_makes_themself_a_target() -> None:
    found = {
        file
        for file in _ours()
        for call in _calls(file)
        if isinstance(call.func, ast.Name) and call.func.id == "Target"
        if any("DM" in ast.unparse(keyword.value) for keyword in call.keywords)
    }

    assert found == set(MAKES)


def test_no_command_writes_to_its_user_or_a_member() -> None:
    wrong = [
        f"{file}:{call.lineno}"
        for file in _ours()
        for call in _calls(file)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "send"
        if ast.unparse(call.func.value).endswith(("user", "member", "owner", "author"))
    ]

    assert not wrong
