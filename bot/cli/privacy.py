"""`privacy`: for requests that reach the operator and not the bot."""

from __future__ import annotations

import sys
from typing import Annotated

import orjson
import typer

from alerts.domain.errors import BadInput
from alerts.domain.wishes import OPERATOR
from bot.app import Engine
from bot.cli.shared import Config, with_parts

privacy = typer.Typer(no_args_is_help=True, help="Hand out or erase what is kept of a server or a person.")
Guild = Annotated[int, typer.Argument(metavar="ID", help="The server's id.")]
User = Annotated[int, typer.Argument(metavar="ID", help="The person's id.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
_SECOND = "what was on its way goes in a second look two minutes later, which a running bot takes"


@privacy.command("export-guild")
def export_guild(guild: Guild, config: Config = None) -> int:
    """Print everything that is kept of a server, as JSON."""

    async def show(parts: Engine) -> None:
        _print(await parts.guild_export.export(guild))

    return with_parts(config, show)


@privacy.command("export-user")
def export_user(user: User, config: Config = None) -> int:
    """Print everything that is kept of a person, as JSON."""

    async def show(parts: Engine) -> None:
        _print(await parts.me.export(_person(user)))

    return with_parts(config, show)


@privacy.command("erase-guild")
def erase_guild(guild: Guild, yes: Yes = False, config: Config = None) -> int:
    """Erase everything that is kept of a server. Remove the bot from it first, or it may begin anew."""
    _ask(f"Erase everything of server {guild}? This cannot be undone.", yes=yes)

    async def erase(parts: Engine) -> None:
        found = await parts.guild_export.export(guild)
        was_there = any(value for name, value in found.items() if name not in ("made_at", "server"))
        # Erased all the same: what no export shows is gone, too.
        await parts.erasure.erase(guild)
        if was_there:
            print(f"Server {guild}: nothing is kept of it any more; {_SECOND}.")
        else:
            print(f"Server {guild}: nothing was kept of it; see whether that is the right id.")

    return with_parts(config, erase)


@privacy.command("erase-user")
def erase_user(user: User, yes: Yes = False, config: Config = None) -> int:
    """Erase everything that is kept of a person; what they made for servers stays, made by nobody."""
    _ask(f"Erase everything of person {user}? This cannot be undone.", yes=yes)

    async def erase(parts: Engine) -> None:
        await parts.me.forget(_person(user))
        print(f"Person {user}: nothing is kept of them any more; {_SECOND}.")

    return with_parts(config, erase)


def _person(user: int) -> int:
    if user <= OPERATOR:
        raise BadInput(f"{user} is no person's id: copy it in Discord (Developer Mode, Copy User ID).")
    return user


def _ask(question: str, *, yes: bool) -> None:
    if not yes:
        typer.confirm(question, abort=True, err=True)


def _print(found: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(found, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.flush()
