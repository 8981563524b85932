"""The section of backups."""

from __future__ import annotations

from pydantic import SecretStr

from alerts.settings.written import Section


class BackupSection(Section):
    key: SecretStr | None = None  # from HS_BACKUP_KEY or HS_BACKUP_KEY_FILE only
    """see above; never in the file"""
