"""The section of backups."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr

from alerts.settings.units import Duration
from alerts.settings.written import Section

_HOUR = timedelta(hours=1)
_LEAST = timedelta(minutes=1)


class BackupSection(Section):
    folder: Path | None = Field(default=None, title="path")
    """where the scheduler writes backups by itself, best on another disk; without it there are none but those of
    `hardware-sentry backup`"""
    every: Duration = Field(default=24 * _HOUR, ge=_LEAST)
    """a full one so often"""
    increments: Duration = Field(default=_HOUR, ge=_LEAST)
    """between two full ones, what has changed since the first of them"""
    keep: Duration = Field(default=7 * 24 * _HOUR, ge=_HOUR)
    """after this time a full one is deleted with its increments; the newest never is"""
    key: SecretStr | None = None  # from HS_BACKUP_KEY or HS_BACKUP_KEY_FILE only
    """see above; never in the file"""
