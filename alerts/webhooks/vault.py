"""Addresses and signing secrets of webhooks, sealed at rest. No error and no log line holds one."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_bytes

from alerts.domain.signing import secret_of
from alerts.store.ports import Seal
from alerts.store.promises.resealing import SealedText
from alerts.store.promises.webhooks import WebhookRecords

_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Opened:
    """What a message is sent with. `old` signs beside `secret` until `old_until`."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    old: str = field(default="", repr=False)
    old_until: datetime | None = None

    def secrets(self, now: datetime) -> list[str]:
        """Those that sign now, the newest first."""
        is_old_good = self.old and self.old_until is not None and now < self.old_until
        return [self.secret, *([self.old] if is_old_good else [])]


class Vault:
    """Keep them, and give them out to whoever sends."""

    def __init__(self, *, store: WebhookRecords, seal: Seal) -> None:
        self._store, self._seal = store, seal

    async def put(self, guild: int, webhook: str, opened: Opened) -> None:
        """Keep them, instead of what was there; BadInput without a key to seal them with."""
        await self._store.put_hook_secret(guild, webhook, self._seal.seal(_text(guild, webhook, opened)))

    async def of(self, guild: int, webhook: str) -> Opened | None:
        """What is kept; None when there is nothing, or no key of ours opens it."""
        sealed = await self._store.hook_secret(guild, webhook)
        text = self._seal.open(sealed) if sealed else None
        # It says itself whose it is: what was moved about in the store opens nothing.
        if sealed is None or text is None or not text.startswith(_bound(guild, webhook)):
            return None
        if not self._seal.is_current(sealed):
            await self._store.swap_sealed(SealedText(guild, webhook, sealed), self._seal.seal(text))
        facts = json.loads(text.removeprefix(_bound(guild, webhook)))
        until = datetime.fromisoformat(facts["old_until"]) if facts["old_until"] else None
        return Opened(facts["url"], facts["secret"], facts["old"], until)


def new_secret() -> str:
    """A secret that nobody has."""
    return secret_of(token_bytes(_KEY_BYTES))


def _text(guild: int, webhook: str, opened: Opened) -> str:
    until = opened.old_until.isoformat() if opened.old_until else None
    facts = {"url": opened.url, "secret": opened.secret, "old": opened.old, "old_until": until}
    return _bound(guild, webhook) + json.dumps(facts)


def _bound(guild: int, webhook: str) -> str:
    return f"{guild} webhook:{webhook} "
