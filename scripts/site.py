"""The documents as a site: hooks of MkDocs that add what is not in docs/. `mkdocs build` writes it to artefacts/site.

The first page is the README. The two references are made from the commands themselves, so that they cannot be behind.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from discord import AppCommandOptionType as Kind
from discord import AppCommandType, Permissions, app_commands
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from bot.cli.main import build
from scripts.languages import command_tree

ROOT = Path(__file__).parents[1]
_BESIDE = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md",
           "SECURITY.md": "security.md"}  # fmt: skip
_KINDS = {Kind.string: "text", Kind.integer: "whole number", Kind.number: "number", Kind.boolean: "yes or no",
          Kind.channel: "channel", Kind.role: "role", Kind.user: "person", Kind.attachment: "file"}  # fmt: skip


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Every decision is in the menu, by its number."""
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    names = [{_heading(page): f"decisions/{page.name}"} for page in decisions]
    config.nav = _with(config.nav, "DECISIONS", names)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The pages that stand beside docs/, and those that are made."""
    made = {new: _moved((ROOT / old).read_text("utf-8")) for old, new in _BESIDE.items() if (ROOT / old).exists()}
    made["reference/slash-commands.md"] = slash_commands()
    made["reference/command-line.md"] = command_line()
    for name, text in made.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """What a page in docs/ links to beside it: pages of the site, and for other files their name alone."""

    def moved(found: re.Match[str]) -> str:
        label, target = found[1], found[2]
        name = target.partition("#")[0]
        return f"[{label}]({target.replace(name, _BESIDE[name])})" if name in _BESIDE else label

    return re.sub(r"\[([^\]]+)\]\(\.\./([^)]+)\)", moved, markdown)


def slash_commands() -> str:
    """Each slash command with what it takes, as Discord is given them."""
    tree = asyncio.run(command_tree())
    lines = _begun("Slash commands", "As Discord shows them", "../commands.md")
    for command in sorted(_leaves(tree), key=lambda each: each.qualified_name):
        lines += [f"## /{command.qualified_name}", "", f"{command.description}.{_who(command)}", ""]
        if command.parameters:
            lines += ["| option | takes | |", "|---|---|---|"]
            lines += [f"| `{each.display_name}`{'' if each.required else ' (optional)'} | {_takes(each)} |"
                      f" {_cell(str(each.description))} |" for each in command.parameters]  # fmt: skip
            lines += [""]
    menus = [each.name for each in tree.get_commands(type=AppCommandType.message)]
    return "\n".join([*lines, *(f"- In the menu of a message: *{name}*" for name in menus), ""])


def command_line() -> str:
    """Each command of the command line with its arguments and options, as `--help` says."""
    lines = _begun("Command line", "As `--help` says", "../commands.md#on-the-command-line")
    for name, command in _cli(typer.main.get_command(build()), "hardware-sentry"):
        context = command.make_context(name, [], resilient_parsing=True, terminal_width=100, max_content_width=100)
        lines += [f"## {name}", "", f"```\n{command.get_help(context).strip()}\n```", ""]
    return "\n".join(lines)


def _begun(title: str, how: str, guide: str) -> list[str]:
    return [f"# {title}", "", f"{how}. What they do in detail, with examples: [Commands]({guide}).", ""]


def _leaves(tree: app_commands.CommandTree[Any]) -> Iterator[app_commands.Command[Any, ..., Any]]:
    for each in tree.walk_commands():
        if isinstance(each, app_commands.Command):
            yield each


def _who(command: app_commands.Command[Any, ..., Any]) -> str:
    node: app_commands.Command[Any, ..., Any] | app_commands.Group | None = command
    while node is not None:
        if node.default_permissions and node.default_permissions >= Permissions(manage_guild=True):
            return " Needs Manage Server, or the server's manager role."
        node = node.parent
    return ""


def _takes(option: app_commands.Parameter) -> str:
    if option.choices:
        return ", ".join(_cell(str(each.name)) for each in option.choices)
    if option.type is Kind.string:
        return "text"
    bounds = [f"from {option.min_value:g}"] if option.min_value is not None else []
    bounds += [f"to {option.max_value:g}"] if option.max_value is not None else []
    return " ".join([_KINDS.get(option.type, option.type.name), *bounds])


def _cli(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _cli(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _moved(text: str) -> str:
    """Its links as they are from within the site."""
    text = re.sub(r"\]\(docs/([^)]+)\)", r"](\1)", text)
    for old, new in _BESIDE.items():
        text = text.replace(f"]({old}", f"]({new}")
    return re.sub(r"\[([^\]]+)\]\((LICENSE|decisions)\)", r"\1", text)


def _heading(page: Path) -> str:
    number, title = page.name.split("-", 1)[0], page.read_text("utf-8").splitlines()[0].lstrip("# ")
    return title if title[:1].isdigit() else f"{int(number)}. {title}"


def _with(nav: Any, mark: str, made: list[Any]) -> Any:
    if nav == mark:
        return made
    if isinstance(nav, list):
        return [_with(each, mark, made) for each in nav]
    return {name: _with(each, mark, made) for name, each in nav.items()} if isinstance(nav, dict) else nav
