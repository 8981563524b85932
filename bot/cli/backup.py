"""`backup`, `restore` and `migrate`: everything that is kept, as a file, and from one store to another."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from alerts.backups.contents import Contents
from alerts.backups.making import Made, back_up
from alerts.backups.moving import Moved, move
from alerts.backups.restoring import hindrance, told
from alerts.backups.restoring import restore as restore_into
from alerts.settings.model import Settings
from alerts.store import address
from bot.cli.shared import FINE, Config, settings_from
from bot.redact import REDACTION
from bot.root.archives import archive_of, cipher_of, version_and_clock

File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]
Since = Annotated[Path | None, typer.Option(help="A full backup beside FILE: write only what has changed since.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
Replace = Annotated[bool, typer.Option("--replace", help="Erase what is in the store first.")]


def backup(file: File, since: Since = None, config: Config = None) -> int:
    """Write everything that is kept into a file, also while the bot runs."""
    settings = settings_from(config)
    made = asyncio.run(_back_up(settings, file.absolute(), since))
    what = f"{made.units} units" if since is None else f"{made.units} units that changed, {made.gone} that are gone"
    sealed = "encrypted" if settings.backup.key else "not encrypted: set HS_BACKUP_KEY to have it so"
    print(f"{made.path}: {what}, {made.size:,} bytes, {sealed}.")
    if made.unknown:
        few = ", ".join(made.unknown[:3])
        print(f"warning: {len(made.unknown)} keys are of no kind that this version knows and are not in it, such as"
              f" {few}: was a newer version at work here?", file=sys.stderr)  # fmt: skip
    return FINE


def restore(file: File, dry_run: DryRun = False, replace: Replace = False, config: Config = None) -> int:
    """Put a backup into the store, which has to be empty; stop the bot before."""
    settings = settings_from(config)
    contents, place, reason = asyncio.run(_restore(settings, file, replace=replace, dry_run=dry_run))
    made = contents.header.made_at.strftime("%Y-%m-%d %H:%M:%SZ")
    base = f" on {contents.base.name}" if contents.base else ""
    print(f"{file}: made {made}{base} by version {contents.header.version}: {told(contents.kinds)}.")
    if reason:
        print(f"It is whole, and could not be restored now. {reason} Nothing was done.")
    elif dry_run:
        print(f"It is whole and would be restored into {place}. Nothing was done.")
    else:
        print(f"Restored into {place}. What waited to be told when it was made is not told any more, and the first look"
              " at each shop tells nothing.")  # fmt: skip
    return FINE


def migrate(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The store that is left, such as embedded://.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The store to go to, such as redis://HOST:6379/0.")],
    dry_run: DryRun = False,
    config: Config = None,
) -> int:
    """Bring everything from one store to another; stop the bot before."""
    settings = settings_from(config)
    for url in (source, target):
        REDACTION.know(address.secrets_in(url))
    moved, place = asyncio.run(_migrate(settings, source, target, dry_run=dry_run))
    for each in moved.conflicts:
        print(f"stays as it is there: {each}")
    what = "Would bring" if dry_run else "Brought"
    print(f"{what} to {place}: {told(moved.kinds)}; {len(moved.conflicts)} conflicts.")
    if not dry_run:
        print("Nothing was deleted here. Set store.url to the new store and start the bot.")
    key = settings.store.data_dir / "secret.key"
    if source.startswith("embedded://") and settings.store.secret_key is None and key.exists():
        print(f"Addresses of webhooks and API keys are kept under {key}: set HS_SECRET_KEY_FILE to it, too.")
    return FINE


async def _migrate(settings: Settings, source: str, target: str, *, dry_run: bool) -> tuple[Moved, str]:
    async with archive_of(settings, source) as here, archive_of(settings, target) as there:
        return await move(here, there, dry_run=dry_run), there.place


async def _back_up(settings: Settings, file: Path, since: Path | None) -> Made:
    version, clock = version_and_clock()
    async with archive_of(settings) as archive:
        return await back_up(archive, file, clock=clock, version=version, cipher=cipher_of(settings), since=since)


async def _restore(settings: Settings, file: Path, *, replace: bool, dry_run: bool) -> tuple[Contents, str, str | None]:
    async with archive_of(settings) as archive:
        contents = await restore_into(archive, file, cipher=cipher_of(settings), replace=replace, dry_run=dry_run)
        return contents, archive.place, await hindrance(archive, replace=replace) if dry_run else None
