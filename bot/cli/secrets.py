"""`secrets`: another secret key for what lies in the store."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer

from alerts.domain.api_keys import ApiKey
from alerts.resealing import Resealed
from bot.cli.shared import BAD_INPUT, FINE, AsJson, Config, print_json, settings_from
from bot.root.secrets import resealing

secrets = typer.Typer(no_args_is_help=True, help="What lies in the store under the secret key.")


@secrets.callback()
def group() -> None:
    """Keeps `rotate` a command of its own while it is the only one."""


@secrets.command()
def rotate(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Seal everything anew with the first key of HS_SECRET_KEY. It may be stopped and run again."""
    settings = settings_from(config)

    async def work() -> Resealed:
        async with resealing(settings) as reseal:
            return await reseal(is_dry=dry_run)

    found = asyncio.run(work())
    if as_json:
        print_json(_public(found, is_dry=dry_run))
    else:
        print("\n".join(_lines(found, is_dry=dry_run)))
    if found.lost or found.dead:
        lost = [str(each) for each in found.lost] + [_named(each) for each in found.dead]
        print(f"hardware-sentry: no key in HS_SECRET_KEY fits {', '.join(lost)}; put theirs back behind the newest,"
              " or have them made again.", file=sys.stderr)  # fmt: skip
        return BAD_INPUT
    return FINE


def _lines(found: Resealed, *, is_dry: bool) -> list[str]:
    would, lost = "would be " if is_dry else "", f", {len(found.lost)} that no key opens" if found.lost else ""
    lines = [f"Addresses and secrets: {found.older} {would}sealed anew, {found.current} were already{lost}."]
    dead = f", {len(found.dead)} under a key that is gone" if found.dead else ""
    lines.append(
        f"API keys: {found.api_keys} under the newest key, {len(found.waiting)} wait for their next use{dead}."
    )
    if found.waiting:
        waiting = ", ".join(_named(each) for each in found.waiting)
        lines.append(f"Keep the older keys until these were used, or replace them (keys rotate): {waiting}.")
    elif not (is_dry or found.lost or found.dead):
        lines.append("The older keys can go, from here and from every other process.")
    return lines


def _named(key: ApiKey) -> str:
    return f"API key {key.id} of server {key.guild}"


def _public(found: Resealed, *, is_dry: bool) -> dict[str, object]:
    return {
        "dry_run": is_dry,
        "sealed_anew": found.older,
        "sealed_already": found.current,
        "lost": [str(each) for each in found.lost],
        "api_keys": found.api_keys,
        "api_keys_waiting": [each.id for each in found.waiting],
        "api_keys_lost": [each.id for each in found.dead],
    }
