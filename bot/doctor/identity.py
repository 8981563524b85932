"""Who the bot is at Discord: its token, its application, its intents, its gateway, and both clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.doctor.findings import Finding, fail, fine, warn
from bot.doctor.memory import skew
from bot.doctor.rest import Rest

PORTAL = "Discord's developer portal"
_REFUSED = 401
_FEW_STARTS = 50
_WHOLE_SECONDS = timedelta(seconds=1)  # how precisely the Date header tells the time
# Of the flags of an application: each intent, also as it is allowed while the bot is in few servers.
_PRIVILEGED = {"Presence": 0b11 << 12, "Server Members": 0b11 << 14, "Message Content": 0b11 << 18}


class Identity:
    """Asks each thing once; what was heard about the bot itself is kept for the checks behind."""

    def __init__(self, rest: Rest, *, redirect: str | None) -> None:
        """`redirect`: where people who sign in to the dashboard come back to, if they can."""
        self._rest, self._redirect = rest, redirect
        self.id = 0

    async def token(self) -> Sequence[Finding]:
        """Whether Discord takes it."""
        answer = await self._rest.get("/users/@me")
        if answer.status == _REFUSED:
            cure = f"copy it again from {PORTAL} (Bot, Reset Token) to DISCORD_TOKEN or the file of DISCORD_TOKEN_FILE"
            return [fail("Discord refuses the token", cure)]
        if not answer.is_fine:
            return [fail(f"Discord answers {answer.status} to GET /users/@me", "try again later")]
        self.id = int(answer.body["id"])
        found = [fine(f"Discord takes it: {answer.body.get('username')} ({self.id})")]
        return found if answer.body.get("bot", True) else [fail("the token is a person's", f"take the bot's, {PORTAL}")]

    async def clock(self) -> Sequence[Finding]:
        """Discord's time beside ours."""
        answer = await self._rest.get("/users/@me")
        if answer.ahead is None:
            return [fine("Discord did not say what time it is")]
        return [skew(timedelta(seconds=answer.ahead), "Discord's clock", precise_to=_WHOLE_SECONDS)]

    async def application(self) -> Sequence[Finding]:
        """How it is set up in the portal."""
        said = await self._rest.wanted("/applications/@me")
        return [*intents(said), *_reachable(said, self._redirect)]

    async def gateway(self) -> Sequence[Finding]:
        """Whether it may connect as often as it will need to."""
        said = await self._rest.wanted("/gateway/bot")
        limit, shards = said["session_start_limit"], int(said["shards"])
        left = int(limit["remaining"])
        text = f"{shards} shard{'s' if shards != 1 else ''} proposed, {left} of {limit['total']} connections left today"
        if left < max(_FEW_STARTS, 2 * shards):
            return [warn(text, "find out what restarts so often: at none left Discord resets the token")]
        return [fine(text)]


def intents(application: Mapping[str, Any]) -> list[Finding]:
    """The bot asks for no privileged intent, so none needs to be enabled."""
    flags = int(application.get("flags") or 0)
    enabled = [name for name, bits in _PRIVILEGED.items() if flags & bits]
    if enabled:
        cure = f"turn them off in {PORTAL} (Bot, Privileged Gateway Intents): what is not given cannot leak"
        return [warn(f"privileged intents are enabled that the bot does not use: {', '.join(enabled)}", cure)]
    return [fine("no privileged intent is enabled, and none is needed")]


def _reachable(application: Mapping[str, Any], redirect: str | None) -> list[Finding]:
    found = []
    if application.get("interactions_endpoint_url"):
        found.append(
            fail(
                "an Interactions Endpoint URL is set: Discord sends every command there, and none to the bot",
                f"empty it in {PORTAL} (General Information)",
            )
        )
    if application.get("bot_require_code_grant"):
        found.append(
            fail("the bot requires a code grant: nobody can invite it", f"turn it off in {PORTAL} (Installation)")
        )
    known = application.get("redirect_uris")
    if redirect and known is not None and redirect not in known:
        found.append(
            fail(
                "the dashboard's way back is none of the application's redirects: signing in fails",
                f"add {redirect} in {PORTAL} (OAuth2, Redirects)",
            )
        )
    return found
