"""What people read is marked for the catalogues, as literals: nothing is said that nobody could translate."""

from __future__ import annotations

import ast
import asyncio
import re
from collections.abc import Iterator
from functools import cache

import pytest

from scripts import languages
from scripts.languages import literals, marked_calls
from tests.guards.project import sources, tree

pytestmark = pytest.mark.guard

_MARKS = {"t", "n", "N_", "say", "told"}
_FACES = ("bot/cogs/", "bot/ui/", "bot/notify/")
_CHILDREN = ("bot/notify/apprise_child.py", "bot/notify/apprise_worker.py")  # what they say goes to the log

# What shows its arguments to people: how many of the first ones, and which by name.
_SHOWN: dict[str, tuple[int, set[str]]] = {
    **dict.fromkeys(
        ("send", "send_message", "edit", "edit_message", "reply", "edit_original_response"), (1, {"content"})
    ),
    "Embed": (0, {"title", "description"}),
    "add_field": (2, {"name", "value"}),
    "set_footer": (1, {"text"}),
    "set_author": (1, {"name"}),
    "Label": (1, {"text", "description"}),
    "SelectOption": (0, {"label", "description"}),
    "TextDisplay": (1, {"content"}),
    "BadInput": (1, set()),
    **dict.fromkeys(("Button", "TextInput", "Select", "button", "select"), (0, {"label", "placeholder", "title"})),
    **dict.fromkeys(("ChannelSelect", "RoleSelect", "UserSelect", "MentionableSelect"), (0, {"placeholder"})),
    "__init__": (0, {"title", "label", "placeholder"}),
}
_WORDS = re.compile(r"[A-Z][a-z]|[A-Za-z]{2,} [A-Za-z]{2,}|[A-Za-z]{2,}[.!?:…]$")
_NO_WORDS = re.compile(r"^\w+://|^`[^`]*`$|^<[^>]*>$")
_SENTENCE = re.compile(r"[A-Za-z]+[,;:]? [A-Za-z]+[,;:]? [A-Za-z]+")
_NOT_SHOWN = {"log", "app_commands", "re"}  # what these are given is for operators, or collected from the commands
_ERRORS = {"DeliveryError", "StoreUnavailable"}  # bot/ui has words of its own for them
_KEPT = "kept in English; bot/ui/standing.py says it by its code"
# file → text → why it is the same in every language, or no text of ours.
EXEMPT: dict[tuple[str, str], str] = {
    ("bot/notify/failures.py", "no reason given"): _KEPT,
    ("bot/ui/controls.py", "Controls and items that live in memory do not go into one view."): "a mistake of ours",
    ("bot/ui/help.py", "settings keys create"): "a command, as it is typed in every language",
}
# file → argument → why it is no literal, though all that it can be is marked.
MARKED_ELSEWHERE: dict[tuple[str, str], str] = {
    ("bot/ui/audit.py", "entry.what"): "kept in English, marked where it is noted",
    ("bot/ui/permissions.py", "name"): "a name of the table in that file",
    ("bot/ui/standing.py", "known[0]"): "an entry of _KNOWN",
    ("bot/ui/standing.py", "known[1]"): "an entry of _KNOWN",
}


def test_marked_texts_are_literals_or_come_from_a_marked_table() -> None:
    wrong = [
        f"{file}:{call.lineno} {name}({ast.unparse(argument)})"
        for file in sources()
        for name, call in marked_calls(tree(file))
        for argument in call.args[: 2 if name == "n" else 1]
        if literals(argument) is None
        and not (name == "t" and _root(argument) in _marked_tables())
        and (file, ast.unparse(argument)) not in MARKED_ELSEWHERE
    ]

    assert wrong == []


def test_what_people_are_shown_is_marked() -> None:
    wrong = [
        f"{file}:{line} {text!r}"
        for file in sources()
        if file.startswith(_FACES)
        for line, text in unmarked(tree(file))
        if (file, text) not in EXEMPT
    ]

    assert wrong == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('await i.response.send_message("In stock")', ["In stock"]),
        ('await i.response.send_message(t("In stock"))', []),
        ('embed.add_field(name=t("Price"), value=f"Was {old}")', ["Was "]),
        ('embed.add_field(name=t("Price"), value=prices["Old one"])', []),
        ('discord.ui.Button(label="Refresh", custom_id="Not Shown")', ["Refresh"]),
        ('raise BadInput(told(error) if error else "Type a price.")', ["Type a price."]),
        ('class F(discord.ui.Modal, title="Your alert"): ...', ["Your alert"]),
        ('embed.set_image(url="attachment://In stock.png")', []),
        ('log.warning("Not shown to anybody")', []),
    ],
)
def test_this_guard_finds_what_is_not_marked(source: str, found: list[str]) -> None:
    assert [text for _, text in unmarked(ast.parse(source))] == found


def test_no_sentence_is_left_unmarked() -> None:
    """Also one in a table, in a variable, or given back. The commands' own are collected from the commands."""
    of_commands = {text for text, _ in asyncio.run(languages.of_commands())}
    wrong = [
        f"{file}:{line} {text!r}"
        for file in sources()
        if file.startswith(_FACES) and file not in _CHILDREN
        for line, text in sentences(tree(file))
        if (file, text) not in EXEMPT and text not in of_commands
    ]

    assert wrong == []


def test_every_exemption_is_still_needed() -> None:
    there = {
        (file, text)
        for file in sources()
        if file.startswith(_FACES)
        for _, text in [*unmarked(tree(file)), *sentences(tree(file))]
    }
    marked = {
        (file, ast.unparse(call.args[0])) for file in sources() for _, call in marked_calls(tree(file)) if call.args
    }

    assert {*EXEMPT} - there == set()
    assert {*MARKED_ELSEWHERE} - marked == set()


def unmarked(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Every text with words in it that is shown without a mark, and where."""
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef):
            for keyword in node.keywords:
                if keyword.arg == "title":
                    yield from _texts(keyword.value)
        elif isinstance(node, ast.Call) and (shown := _SHOWN.get(_name(node.func))):
            first, by_name = shown
            for argument in node.args[:first]:
                yield from _texts(argument)
            for keyword in node.keywords:
                if keyword.arg in by_name:
                    yield from _texts(keyword.value)


def sentences(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Every text of three words or more that is no documentation, and that no mark, error or log is given."""
    if isinstance(node, ast.Call) and (_name(node.func) in _MARKS | _ERRORS or _owner(node.func) in _NOT_SHOWN):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SENTENCE.search(node.value):
        yield node.lineno, node.value
    for child in ast.iter_child_nodes(node):
        is_documentation = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        is_described = isinstance(node, ast.ClassDef) and isinstance(child, ast.keyword) and child.arg == "description"
        if not is_documentation and not is_described:
            yield from sentences(child)


def _owner(node: ast.expr) -> str:
    """`log` of `log.warning`."""
    return _name(node.value) if isinstance(node, ast.Attribute) else ""


def _texts(node: ast.AST) -> Iterator[tuple[int, str]]:
    """The texts of an expression; not those that are marked, compared or looked up."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if _WORDS.search(node.value) and not _NO_WORDS.search(node.value):
            yield node.lineno, node.value
    elif isinstance(node, ast.Call) and _name(node.func) in _MARKS | {*_SHOWN}:
        return
    elif isinstance(node, ast.Subscript):
        yield from _texts(node.value)
    elif not isinstance(node, ast.Compare):
        for child in ast.iter_child_nodes(node):
            yield from _texts(child)


@cache
def _marked_tables() -> set[str]:
    """The constants whose texts are marked with N_, here or there."""
    return {
        target.id
        for file in sources()
        for node in tree(file).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
        and any(_name(c.func) == "N_" for c in ast.walk(node) if isinstance(c, ast.Call))
    }


def _root(node: ast.expr) -> str:
    """`_TABLE` of `_TABLE[x]`, `_TABLE.get(x)` and `_TABLE[x].name`."""
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Subscript | ast.Attribute):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return ""
    return node.id


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
