"""API keys: made, listed, replaced, revoked, and checked at the door."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

import structlog

from alerts.domain.api_keys import (
    ID_ALPHABET,
    ID_LENGTH,
    KEY_ALPHABET,
    OVERLAP,
    REMEMBERED,
    SECRET_LENGTH,
    ApiKey,
    Plan,
    Scope,
    WholeKey,
    id_in,
    is_id,
    written,
)
from alerts.domain.errors import BadInput, NotFound, StoreError
from alerts.domain.text import plain
from alerts.ports import Clock
from alerts.recent import Recent
from alerts.store.promises.api_keys import ApiKeyStore, Derives

PER_GUILD = 10
_PURPOSE = "api keys"
_NOBODYS = "0" * 64  # what an unknown key is compared with, so that it takes as long as a known one
_NOTED_EVERY = timedelta(minutes=1)
_TRIES = 3
_FULL = "There are {limit} API keys here already, and more are not allowed: revoke one first."
log = structlog.get_logger()


class ApiKeys:
    """Always within one guild, but for the check. Only whoever makes or replaces a key ever sees it whole.

    The record of a key that was checked is kept for a second, in which memory is not asked for it again. What is
    revoked here is so at once; elsewhere, within that second.
    """

    def __init__(self, *, store: ApiKeyStore, clock: Clock, pepper: Derives, per_guild: int = PER_GUILD) -> None:
        self._store, self._clock, self._pepper = store, clock, pepper
        self.configure(per_guild=per_guild)
        self._recent: Recent[str, ApiKey | None] = Recent(clock)

    def configure(self, *, per_guild: int) -> None:
        """For keys that are made from now on."""
        self._per_guild = per_guild

    async def create(
        self,
        guild: int,
        name: str,
        *,
        scopes: Collection[Scope],
        plan: Plan = Plan.FREE,
        expires_in: timedelta | None = None,
    ) -> tuple[ApiKey, WholeKey]:
        """A new key, and the whole of it to be shown once. BadInput names what is wrong, or the quota that is full."""
        now = self._clock.now()
        _check(name, scopes, expires_in)
        await self._store.api_keys(guild)  # forgets those that have ended
        for _ in range(_TRIES):
            key, text = self._made(guild, name, plan, scopes, now, _after(now, expires_in))
            if await self._store.add_api_key(key, most=self._per_guild, ttl=_kept_for(key, now)):
                return key, text
            if len(await self._store.api_keys(guild)) >= self._per_guild:
                break
        raise BadInput(_FULL.format(limit=self._per_guild))

    async def list(self, guild: int) -> Sequence[ApiKey]:
        """The guild's keys, oldest first; expired ones for a month."""
        return await self._store.api_keys(guild)

    async def rotate(self, guild: int, key_id: str, *, overlap: timedelta = OVERLAP) -> tuple[ApiKey, WholeKey]:
        """A new key that may do the same, and the whole of it; the old one works for a while longer."""
        now = self._clock.now()
        old = await self._of(guild, key_id)
        if not old.is_live(now):
            raise BadInput("This API key has expired: create a new one.")
        if old.retires_at:
            raise BadInput("This API key was replaced already: use its successor, or revoke it.")
        new, text = self._made(guild, old.name, old.plan, old.scopes, now, old.expires_at)
        if not await self._store.add_api_key(new, most=None, ttl=_kept_for(new, now)):
            raise StoreError("A new API key could not be kept; try again.")
        retired = old.model_copy(update={"retires_at": now + overlap})
        is_swapped = await self._store.swap_api_key(old, retired, ttl=_kept_for(retired, now))
        self._recent.forget(old.id)
        if is_swapped:
            return new, text
        await self._store.remove_api_key(guild, new.id)
        raise BadInput("Somebody changed this API key just now: list the keys, then try again.")

    async def revoke(self, guild: int, key_id: str) -> ApiKey:
        """It opens nothing from now on. NotFound, whether it never was or is somebody else's."""
        key = await self._of(guild, key_id)
        try:
            await self._store.remove_api_key(guild, key.id)
        finally:
            self._recent.forget(key.id)
        return key

    async def check(self, text: str) -> ApiKey | None:
        """The live key that this is; None for everything else, without a hint in what time it takes."""
        key_id = id_in(text)
        if key_id is None:
            return None
        key = await self._recent(key_id, lambda: self._store.api_key(key_id))
        now = self._clock.now()
        peppers = self._pepper.derivations(_PURPOSE)
        fits = [hmac.compare_digest(_mac(each, text), key.mac if key else _NOBODYS) for each in peppers]
        if key is None or not any(fits) or not key.is_live(now):
            return None
        await self._note_used(key, now)
        return key if fits[0] and key.pepper == _mark(peppers[0]) else await self._renewed(key, text, now)

    async def _of(self, guild: int, key_id: str) -> ApiKey:
        wanted = id_in(key_id) or key_id  # somebody may paste all of it
        key = await self._store.api_key(wanted) if is_id(wanted) else None
        if key is None or key.guild != guild:
            raise NotFound("There is no such API key here: list the keys that there are.")
        return key

    def _made(
        self,
        guild: int,
        name: str,
        plan: Plan,
        scopes: Collection[Scope],
        now: datetime,
        expires_at: datetime | None,
    ) -> tuple[ApiKey, WholeKey]:
        key_id, pepper = _word(ID_ALPHABET, ID_LENGTH), self._pepper.derive(_PURPOSE)
        text = written(key_id, _word(KEY_ALPHABET, SECRET_LENGTH))
        key = ApiKey(
            id=key_id,
            guild=guild,
            name=name,
            plan=plan,
            scopes=tuple(scopes),
            created_at=now,
            expires_at=expires_at,
            mac=_mac(pepper, text),
            pepper=_mark(pepper),
        )
        return key, text

    async def _note_used(self, key: ApiKey, now: datetime) -> None:
        if key.last_used_at and now - key.last_used_at < _NOTED_EVERY:
            return
        try:
            await self._store.note_api_key_used(key.id, now)
        except StoreError as exc:
            log.warning("use of an API key not noted", key=key.id, reason=str(exc))
            return
        self._recent.amend(key.id, key, key.model_copy(update={"last_used_at": now}))

    async def _renewed(self, key: ApiKey, text: str, now: datetime) -> ApiKey:
        """The same under the secret key that is used now, so that the older one can go some day."""
        pepper = self._pepper.derive(_PURPOSE)
        renewed = key.model_copy(update={"mac": _mac(pepper, text), "pepper": _mark(pepper)})
        await self._store.swap_api_key(key, renewed, ttl=_kept_for(renewed, now))
        self._recent.forget(key.id)
        return renewed


def pepper_marks(pepper: Derives) -> Sequence[str]:
    """The marks of the peppers that a key may be under: the one that is used now, and the older ones."""
    return [_mark(each) for each in pepper.derivations(_PURPOSE)]


def _check(name: str, scopes: Collection[Scope], expires_in: timedelta | None) -> None:
    if not plain(name, 1):
        raise BadInput("An API key needs a name: write what it is for.")
    if not scopes:
        raise BadInput("An API key needs a scope: read, scan or manage.")
    if expires_in is not None and expires_in <= timedelta(0):
        raise BadInput("An API key cannot expire before it begins: write a longer time.")


def _after(now: datetime, span: timedelta | None) -> datetime | None:
    try:
        return None if span is None else now + span
    except OverflowError:
        raise BadInput("That is longer than anybody waits: leave it out for a key that does not expire.") from None


def _kept_for(key: ApiKey, now: datetime) -> timedelta | None:
    """What was replaced is gone when it retires; what expired is listed for a while."""
    ends = [key.expires_at + REMEMBERED] if key.expires_at else []
    ends += [key.retires_at] if key.retires_at else []
    return min(ends) - now if ends else None


def _word(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


def _mark(pepper: bytes) -> str:
    return blake2b(pepper, digest_size=6, person=b"pepper's mark").hexdigest()


def _mac(pepper: bytes, text: str) -> str:
    return hmac.digest(pepper, text.encode(), "sha256").hex()
