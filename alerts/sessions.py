"""Who has signed in to the dashboard, and what proves it: kept under hashes, so that memory alone opens nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from pydantic import BaseModel, ConfigDict

from alerts.domain.wishes import OPERATOR
from alerts.ports import Clock
from alerts.store.ports import Pendings

LASTS = timedelta(hours=8)
PATIENCE = timedelta(minutes=10)  # to come back from Discord, and to follow an operator's link
_BYTES = 32
_LONGEST = 200  # characters of what somebody calls a secret
_ENDED = "sessions-ended"


class Session(BaseModel):
    """Somebody who has signed in. `guilds`: those that they managed when it began, by their names then."""

    model_config = ConfigDict(frozen=True)

    user: int  # OPERATOR for the operator
    who: str
    guilds: Mapping[int, str]
    csrf: str
    began: datetime

    @property
    def is_operator(self) -> bool:
        """Whether a link of the command line was followed, and not Discord asked."""
        return self.user == OPERATOR


class SignIn(BaseModel):
    """A sign-in that has begun: the secret of its code, and where to go on."""

    model_config = ConfigDict(frozen=True)

    verifier: str
    next: str


class Sessions:
    """Sessions end after LASTS, however much they are used: then Discord is asked anew what somebody may see."""

    def __init__(self, *, store: Pendings, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def open(self, *, user: int, who: str, guilds: Mapping[int, str]) -> str:
        """Begin a session; answers its id, which only the visitor's browser keeps."""
        secret = token_urlsafe(_BYTES)
        session = Session(
            user=user, who=who, guilds=guilds, csrf=token_urlsafe(_BYTES), began=self._clock.now()
        )  # fmt: skip
        name, body = _name("session", secret), session.model_dump_json()
        await self._store.put_pending(OPERATOR, name, body, ttl=LASTS, person=user)
        return secret

    async def find(self, secret: str) -> Session | None:
        """The session of this id; None when there is none any more."""
        if not secret or len(secret) > _LONGEST:
            return None
        body = await self._store.pending(OPERATOR, _name("session", secret))
        if body is None:
            return None
        session = Session.model_validate_json(body)
        ended = await self._store.pending(OPERATOR, _ENDED)
        is_over = session.began + LASTS <= self._clock.now()
        return None if is_over or (ended and session.began <= datetime.fromisoformat(ended)) else session

    async def close(self, secret: str) -> None:
        """End it."""
        if secret and len(secret) <= _LONGEST:
            await self._store.take_pending(OPERATOR, _name("session", secret))

    async def end_all(self) -> None:
        """End every session that has begun."""
        await self._store.put_pending(OPERATOR, _ENDED, self._clock.now().isoformat(), ttl=2 * LASTS)

    async def begin_sign_in(self, state: str, browser: str, sign_in: SignIn) -> None:
        """Remember a sign-in on its way. Only who has both secrets finds it: the address's and the browser's."""
        name = _name("sign-in", f"{state} {browser}")
        await self._store.put_pending(OPERATOR, name, sign_in.model_dump_json(), ttl=PATIENCE)

    async def end_sign_in(self, state: str, browser: str) -> SignIn | None:
        """The sign-in that came back, once; None for one that is not this browser's, too late, or back already."""
        if not state or not browser or max(len(state), len(browser)) > _LONGEST:
            return None
        body = await self._store.take_pending(OPERATOR, _name("sign-in", f"{state} {browser}"))
        return None if body is None else SignIn.model_validate_json(body)

    async def make_link(self) -> str:
        """The secret of a link that makes the operator of whoever follows it first, within PATIENCE."""
        secret = token_urlsafe(_BYTES)
        await self._store.put_pending(OPERATOR, _name("operator", secret), "1", ttl=PATIENCE)
        return secret

    async def use_link(self, secret: str) -> bool:
        """Whether this is such a link. It is one once."""
        if not secret or len(secret) > _LONGEST:
            return False
        return await self._store.take_pending(OPERATOR, _name("operator", secret)) is not None


def fresh_secret() -> str:
    """256 bits that nobody can guess, as text for an address or a cookie."""
    return token_urlsafe(_BYTES)


def _name(kind: str, secret: str) -> str:
    # The secrets are random and long: a plain hash of one cannot be turned back by trying.
    return f"{kind}:{sha256(secret.encode('utf-8', 'surrogatepass')).hexdigest()}"
