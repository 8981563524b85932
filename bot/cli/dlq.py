"""`dlq`: what was given up, and once more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from alerts.domain.errors import BadInput
from alerts.domain.text import plain
from alerts.store.ports import DeadLetter
from bot.app import Engine
from bot.cli.shared import AsJson, Config, print_json, with_parts
from bot.ui import words

dlq = typer.Typer(no_args_is_help=True, help="Messages that were given up.")
_MOST = 1000  # as many as are kept
Id = Annotated[str | None, typer.Argument(metavar="[ID]", help="The id that dlq list shows.")]
All = Annotated[bool, typer.Option("--all", help="All of them.")]


@dlq.command("list")
def list_(as_json: AsJson = False, config: Config = None) -> int:
    """Show what was given up, newest first, and why."""

    async def show(parts: Engine) -> None:
        dead = await parts.store.dead_letters(_MOST)
        if as_json:
            print_json({"dead_letters": [_public(each) for each in dead]})
            return
        for each in dead:
            print(_line(each))
        if not dead:
            print("Nothing was given up.")

    return with_parts(config, show)


@dlq.command()
def redrive(name: Id = None, every: All = False, config: Config = None) -> int:
    """Send one of them, or all, once more."""

    async def again(parts: Engine) -> None:
        wanted = await _wanted(parts, name, every=every)
        done = [each for each in wanted if await parts.store.redrive(each, parts.clock.now())]
        _said(done, name, "queued once more")

    return with_parts(config, again)


@dlq.command()
def drop(name: Id = None, every: All = False, config: Config = None) -> int:
    """Forget one of them, or all; it is never sent."""

    async def forget(parts: Engine) -> None:
        wanted = await _wanted(parts, name, every=every)
        done = [each for each in wanted if await parts.store.drop(each)]
        _said(done, name, "dropped")

    return with_parts(config, forget)


async def _wanted(parts: Engine, name: str | None, *, every: bool) -> Sequence[str]:
    if (name is None) is not every:
        raise BadInput("Name one message by its id, or say --all; hardware-sentry dlq list shows them.")
    return [name] if name else [each.delivery.id for each in await parts.store.dead_letters(_MOST)]


def _said(done: Sequence[str], name: str | None, what: str) -> None:
    if name and not done:
        raise BadInput(f"No message that was given up has the id {name!r}; hardware-sentry dlq list shows them.")
    print(f"{name or len(done)}: {what}.")


def _line(dead: DeadLetter) -> str:
    delivery = dead.delivery
    news = f"{words.headline(delivery.change.kind)}: {plain(delivery.product_name, 60)}"
    at = dead.at.strftime("%Y-%m-%d %H:%M:%SZ")
    return f"{delivery.id}  {at}  {delivery.target}  {news}  ({plain(dead.reason, 160)})"


def _public(dead: DeadLetter) -> dict[str, Any]:
    delivery = dead.delivery
    return {
        "id": delivery.id,
        "at": dead.at.isoformat(),
        "reason": dead.reason,
        "guild": str(delivery.guild),
        "target": str(delivery.target),
        "sku": delivery.change.sku,
        "kind": delivery.change.kind.value,
        "queued_at": delivery.queued_at.isoformat(),
    }
