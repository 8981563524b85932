"""`keys`: what programs use the API with."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from alerts.audit import Audit
from alerts.domain.api_keys import ApiKey, Plan, Scope
from alerts.domain.errors import BadInput
from alerts.domain.wishes import OPERATOR
from alerts.settings.units import duration
from bot.app import Engine
from bot.cli.shared import AsJson, Config, print_json, with_parts

keys = typer.Typer(no_args_is_help=True, help="Keys with which programs use the API.")
Guild = Annotated[int, typer.Option(help="A server's id; the operator's own keys if left out.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The id that keys list shows.")]
Name = Annotated[str, typer.Option(help="What it is for.")]
WithPlan = Annotated[Plan, typer.Option("--plan", help="How much it may do.")]
Scopes = Annotated[list[Scope] | None, typer.Option("--scope", help="What it may do; once for each. read and scan.")]
Expires = Annotated[str | None, typer.Option(help="After how long it expires, such as 90d; never if left out.")]


@keys.command()
def create(
    guild: Guild = OPERATOR,
    plan: WithPlan = Plan.FREE,
    scope: Scopes = None,
    name: Name = "made by the operator",
    expires: Expires = None,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Make a key and print it: the only time that it is seen."""
    expires_in = _span(expires)

    async def make(parts: Engine) -> None:
        scopes = scope or [Scope.READ, Scope.SCAN]
        key, text = await parts.api_keys.create(guild, name, scopes=scopes, plan=plan, expires_in=expires_in)
        await _note(parts, "API key created", key, f"{', '.join(key.scopes)}; {key.plan}")
        _show_once(key, text, parts.clock.now(), as_json=as_json)

    return with_parts(config, make)


@keys.command("list")
def list_(guild: Guild = OPERATOR, as_json: AsJson = False, config: Config = None) -> int:
    """Show the keys, without their secrets."""

    async def show(parts: Engine) -> None:
        found, now = await parts.api_keys.list(guild), parts.clock.now()
        if as_json:
            print_json({"guild": str(guild), "keys": [_public(each, now) for each in found]})
            return
        for each in found:
            print(_line(each, now))
        if not found:
            print("There are no keys here yet: hardware-sentry keys create.")

    return with_parts(config, show)


@keys.command()
def rotate(key_id: Id, guild: Guild = OPERATOR, as_json: AsJson = False, config: Config = None) -> int:
    """Replace a key and print the new one; the old one works for another day."""

    async def replace(parts: Engine) -> None:
        key, text = await parts.api_keys.rotate(guild, key_id)
        await _note(parts, "API key replaced", key)
        _show_once(key, text, parts.clock.now(), as_json=as_json)

    return with_parts(config, replace)


@keys.command()
def revoke(key_id: Id, guild: Guild = OPERATOR, config: Config = None) -> int:
    """End a key at once."""

    async def end(parts: Engine) -> None:
        key = await parts.api_keys.revoke(guild, key_id)
        await _note(parts, "API key revoked", key)
        print(f"{key.id}: opens nothing any more.")

    return with_parts(config, end)


def _show_once(key: ApiKey, text: str, now: datetime, *, as_json: bool) -> None:
    """On stdout the key alone, so that it can be read into a variable."""
    if as_json:
        print_json({"secret": text, "key": _public(key, now)})
    else:
        print(text)
    print(f"hardware-sentry: {_line(key, now)}. Keep it now: it is never shown again.", file=sys.stderr)


def _line(key: ApiKey, now: datetime) -> str:
    ends_at = key.ends_at()
    end = f"{'until' if key.is_live(now) else 'ended'} {ends_at:%Y-%m-%d %H:%MZ}" if ends_at else "no end"
    used = f"last used {key.last_used_at:%Y-%m-%d %H:%MZ}" if key.last_used_at else "never used"
    return f"{key.id}  {key.name}  {key.plan}  {'+'.join(key.scopes)}  {end}  {used}"


def _public(key: ApiKey, now: datetime) -> dict[str, Any]:
    shown = key.model_dump(mode="json", exclude={"mac", "pepper"})
    return {**shown, "guild": str(key.guild), "is_live": key.is_live(now)}


def _span(text: str | None) -> timedelta | None:
    try:
        return None if text is None else duration(text)
    except ValueError as exc:
        raise BadInput(f"--expires: {text!r} {exc}.") from None


async def _note(parts: Engine, what: str, key: ApiKey, detail: str = "") -> None:
    audit = Audit(store=parts.store, clock=parts.clock)
    await audit.note(key.guild, OPERATOR, what, f"{key.name} ({key.id})", detail)
