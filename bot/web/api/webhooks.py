"""`/webhooks`: addresses of programs that are told of changes (docs/webhooks.md), in the key's server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from alerts.domain.model import ChangeKind
from alerts.domain.webhooks import MOST_SKUS, HookState, Webhook
from alerts.domain.wishes import OPERATOR
from alerts.webhooks.management import Webhooks
from bot.web.api.shapes import Shape, SkuText
from bot.web.endpoints import Call, Endpoint, Reply
from bot.web.problems import Code

_Kinds = Annotated[list[ChangeKind], Field(max_length=len(ChangeKind))]
_Skus = Annotated[list[SkuText], Field(max_length=MOST_SKUS)]
_PATH, _TAG = "/api/v1/webhooks", "webhooks"


class WebhookBody(BaseModel):
    """Where to send, of which kinds and products. None of either means all of them."""

    model_config = ConfigDict(extra="forbid", title="WebhookRequest")
    url: Annotated[str, Field(min_length=1, max_length=2048)]
    kinds: _Kinds = []
    skus: _Skus = []


class WebhookChange(BaseModel):
    """What is left out stays; an empty list means all."""

    model_config = ConfigDict(extra="forbid", title="WebhookChange")
    kinds: _Kinds | None = None
    skus: _Skus | None = None


class RedriveBody(BaseModel):
    """One message that was given up, or all of them."""

    model_config = ConfigDict(extra="forbid", title="RedriveRequest")
    delivery: Annotated[str, Field(min_length=1, max_length=96)] | None = None


class WebhookQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str = Field(min_length=1, max_length=64)


class WebhookShape(Shape):
    """A webhook. `shown` is what may be seen of its address."""

    model_config = ConfigDict(title="Webhook")
    id: str
    shown: str
    state: HookState
    reason: str
    since: AwareDatetime
    kinds: list[ChangeKind]
    skus: list[SkuText]
    added_at: AwareDatetime


class AddedShape(WebhookShape):
    """A new one, with its secret for the only time, and why it is not active if it is not."""

    model_config = ConfigDict(title="NewWebhook")
    secret: str
    problem: str | None


class WebhooksShape(Shape):
    model_config = ConfigDict(title="Webhooks")
    webhooks: list[WebhookShape]


class SecretShape(Shape):
    """A new secret, for the only time; the one before signs beside it for a day."""

    model_config = ConfigDict(title="WebhookSecret")
    secret: str


class AttemptShape(Shape):
    model_config = ConfigDict(title="WebhookAttempt")
    at: AwareDatetime
    delivery: str
    type: str
    attempt: int
    status: str
    took_ms: int


class LogShape(Shape):
    """The last attempts, the newest first, and the messages that `redrive` would send again."""

    model_config = ConfigDict(title="WebhookLog")
    attempts: list[AttemptShape]
    given_up: list[str]


class QueuedShape(Shape):
    """How many messages were queued."""

    model_config = ConfigDict(title="Queued")
    queued: int


class TestShape(Shape):
    """The id of the test event, as the log will have it."""

    model_config = ConfigDict(title="WebhookTest")
    delivery: str


class WebhookRoutes:
    """Adds, shows, changes and removes, always of the guild that the key belongs to."""

    def __init__(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks

    def endpoints(self) -> Sequence[Endpoint]:
        """The routes of this file."""
        one, refused = _PATH + "/{id}", (Code.REFUSED,)
        return (
            Endpoint("GET", _PATH, "Who is told over HTTP", _TAG, self._list, WebhooksShape, scope="read"),
            Endpoint("POST", _PATH, "Have an address told", _TAG, self._add, AddedShape, status=201, body=WebhookBody,
                     scope="manage", refuses=refused),
            Endpoint("DELETE", _PATH, "Tell no more", _TAG, self._remove, None, status=204, query=WebhookQuery,
                     scope="manage", refuses=(Code.NOT_FOUND,)),
            Endpoint("GET", one, "How one stands", _TAG, self._show, WebhookShape, scope="read"),
            Endpoint("PATCH", one, "Change what it is told", _TAG, self._change, WebhookShape, body=WebhookChange,
                     scope="manage", refuses=refused),
            Endpoint("DELETE", one, "Tell no more", _TAG, self._remove, None, status=204, scope="manage"),
            Endpoint("POST", one + "/secret", "A new secret", _TAG, self._rotate, SecretShape, scope="manage",
                     refuses=refused),
            Endpoint("POST", one + "/enable", "Challenge it again", _TAG, self._enable, WebhookShape, scope="manage",
                     refuses=refused),
            Endpoint("POST", one + "/test", "Send a test event", _TAG, self._test, TestShape, status=202,
                     scope="manage", refuses=refused),
            Endpoint("POST", one + "/redrive", "Send again what was given up", _TAG, self._redrive, QueuedShape,
                     status=202, body=RedriveBody, scope="manage", refuses=refused),
            Endpoint("GET", one + "/log", "The last attempts", _TAG, self._log, LogShape, scope="read"),
        )  # fmt: skip

    async def _list(self, call: Call) -> Reply:
        mine = await self._webhooks.list(call.caller.own_guild)
        return Reply(orjson.dumps({"webhooks": [webhook_as_public(each) for each in mine]}))

    async def _add(self, call: Call) -> Reply:
        asked = call.body
        added = await self._webhooks.add(
            call.caller.own_guild, asked.url, by=OPERATOR, kinds=asked.kinds, skus=asked.skus
        )
        body = {**webhook_as_public(added.webhook), "secret": added.secret, "problem": added.problem}
        return Reply(orjson.dumps(body), 201, {"Location": f"{_PATH}/{added.webhook.id}", **_ONCE})

    async def _show(self, call: Call) -> Reply:
        return _shown(await self._webhooks.get(call.caller.own_guild, call.path("id")))

    async def _change(self, call: Call) -> Reply:
        guild, asked = call.caller.own_guild, call.body
        return _shown(await self._webhooks.change(guild, call.path("id"), kinds=asked.kinds, skus=asked.skus))

    async def _remove(self, call: Call) -> Reply:
        await self._webhooks.remove(call.caller.own_guild, call.query.id if call.query else call.path("id"))
        return Reply(None, 204)

    async def _rotate(self, call: Call) -> Reply:
        secret = await self._webhooks.rotate_secret(call.caller.own_guild, call.path("id"))
        return Reply(orjson.dumps({"secret": secret}), 200, _ONCE)

    async def _enable(self, call: Call) -> Reply:
        return _shown(await self._webhooks.enable(call.caller.own_guild, call.path("id")))

    async def _test(self, call: Call) -> Reply:
        delivery = await self._webhooks.test(call.caller.own_guild, call.path("id"))
        return Reply(orjson.dumps({"delivery": delivery}), 202)

    async def _redrive(self, call: Call) -> Reply:
        queued = await self._webhooks.redrive(call.caller.own_guild, call.path("id"), call.body.delivery)
        return Reply(orjson.dumps({"queued": queued}), 202)

    async def _log(self, call: Call) -> Reply:
        guild, webhook = call.caller.own_guild, call.path("id")
        attempts, gone = await self._webhooks.log(guild, webhook), await self._webhooks.given_up(guild, webhook)
        said = {"attempts": [each.model_dump(mode="json") for each in attempts], "given_up": [each.id for each in gone]}
        return Reply(orjson.dumps(said))


_ONCE = {"Cache-Control": "no-store"}


def _shown(webhook: Webhook) -> Reply:
    return Reply(orjson.dumps(webhook_as_public(webhook)))


def webhook_as_public(webhook: Webhook) -> dict[str, Any]:
    """A webhook as programs read it: no address, no secret, no person's id."""
    return {
        "id": webhook.id,
        "shown": webhook.shown,
        "state": webhook.state.value,
        "reason": webhook.reason,
        "since": webhook.since.isoformat(),
        "kinds": [kind.value for kind in webhook.kinds],
        "skus": list(webhook.skus),
        "added_at": webhook.added_at.isoformat(),
    }
