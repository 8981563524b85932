"""Every secret of the settings is one to the program: hidden, from a variable or a file, in no argument of anybody."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from alerts.settings.load import _SECRETS, secret_files, secrets_of
from alerts.settings.model import Settings
from tests.guards.project import sources, tree
from tests.guards.test_docs import cli_commands

pytestmark = pytest.mark.guard

_SECRET = re.compile(r"secret|token|passw|credential|dsn|api_?key$|private_key", re.IGNORECASE)


def fields(
    model: type[BaseModel] = Settings, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """Every key of the settings, sections in lists and dictionaries among them."""
    for name, field in model.model_fields.items():
        inner = [each for each in _types(field.annotation) if isinstance(each, type) and issubclass(each, BaseModel)]
        for each in inner:
            yield from fields(each, (*path, name))
        if not inner:
            yield (*path, name), field


def _types(annotation: Any) -> Iterator[Any]:
    yield annotation
    for each in get_args(annotation):
        yield from _types(each)


def test_a_key_that_is_called_a_secret_is_one() -> None:
    open_ones = [".".join(path) for path, field in fields() if _SECRET.search(path[-1]) and not _is_secret(field)]

    assert open_ones == []


def test_every_secret_comes_from_a_variable_or_the_file_that_it_names() -> None:
    assert {path for path, field in fields() if _is_secret(field)} == set(_SECRETS.values())
    assert {f"{name}_FILE" for name in _SECRETS} == set(secret_files({f"{name}_FILE": "x" for name in _SECRETS}))


def test_what_may_hold_a_password_is_not_shown_and_learnt_by_heart() -> None:
    settings = Settings.model_validate({"store": {"url": "redis://me:cnry-hush@host:1/0"}})

    assert "cnry" not in repr(settings)
    assert secrets_of(settings) == ["cnry-hush"]


def test_no_command_takes_a_secret_as_an_argument() -> None:
    """Whoever looks at the list of processes reads the arguments of each."""
    named = [
        f"{name} {option}"
        for name, command in cli_commands()
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
        if _SECRET.search(option)
    ]

    assert named == []


def test_a_process_of_ours_is_told_of_the_environment_what_it_needs_and_no_more() -> None:
    wrong = [
        f"{file}:{node.lineno}"
        for file in sources()
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr
        in {"create_subprocess_exec", "create_subprocess_shell", "Popen", "run_process", "check_output"}
        and "env" not in {keyword.arg for keyword in node.keywords}
    ]

    assert wrong == []


def _is_secret(field: FieldInfo) -> bool:
    return SecretStr in set(_types(field.annotation))
