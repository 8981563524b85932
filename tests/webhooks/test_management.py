"""A guild's webhooks: proven before anything is sent, walled off from other guilds, their secrets shown once."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import structlog

from alerts.domain.errors import BadInput, NotFound
from alerts.domain.model import ChangeKind
from alerts.domain.signing import signature
from alerts.domain.webhooks import MOST_WEBHOOKS, Answer, HookState
from alerts.me import Me
from alerts.webhooks.management import Webhooks
from tests.store.dumps import everything
from tests.webhooks.world import URL, World
from tests.worlds import change


@pytest.fixture
def world() -> World:
    return World()


async def test_a_webhook_that_answers_the_challenge_is_active_and_its_secret_is_shown(world: World) -> None:
    added = await world.webhooks.add(1, URL, by=7)

    assert added.problem is None
    assert added.webhook.is_active
    assert added.webhook.shown == "https://hooks.test/…"
    assert len(base64.b64decode(added.secret.removeprefix("whsec_"))) == 32
    [(url, headers, body)] = world.addresses.heard
    assert url == URL
    assert body["type"] == "webhook.challenge"
    at = int(headers["webhook-timestamp"])
    assert headers["webhook-signature"] == signature(added.secret, headers["webhook-id"], at, json.dumps(body).encode())


@pytest.mark.parametrize(
    "echo", [str.encode, lambda c: f" {c}\n".encode(), lambda c: f'{{"challenge": "{c}"}}'.encode()]
)
async def test_the_challenge_is_answered_as_text_or_as_json(world: World, echo: Callable[[str], bytes]) -> None:
    world.addresses.echo = echo

    assert (await world.webhooks.add(1, URL, by=7)).webhook.is_active


@pytest.mark.parametrize(
    "echo",
    [
        lambda _: b"",
        lambda _: b"ok",
        lambda c: c.encode()[:-1],
        lambda c: f'{{"type": "webhook.challenge", "challenge": "{c}"}}'.encode(),
        lambda c: f"<html>{c}</html>".encode(),
        lambda c: f'["{c}"]'.encode(),
        lambda _: b'{"challenge": null}',
        lambda _: b"[" * 4096,
        lambda _: b"\xff\xfe",
    ],
)
async def test_whoever_echoes_everything_or_something_else_has_proven_nothing(
    world: World, echo: Callable[[str], bytes]
) -> None:
    world.addresses.echo = echo
    await world.watches()

    added = await world.webhooks.add(1, URL, by=7)
    await world.happens()
    await world.turn()

    assert added.problem
    assert added.webhook.state is HookState.UNVERIFIED
    assert world.addresses.got() == []
    with pytest.raises(BadInput, match="unverified"):
        await world.webhooks.test(1, added.webhook.id)


async def test_an_unverified_one_can_be_proven_later(world: World) -> None:
    world.addresses.say[URL] = Answer("500", 500)
    added = await world.webhooks.add(1, URL, by=7)
    with pytest.raises(BadInput, match="did not take the challenge"):
        await world.webhooks.enable(1, added.webhook.id)
    del world.addresses.say[URL]

    assert (await world.webhooks.enable(1, added.webhook.id)).is_active


async def test_a_guild_has_at_most_ten(world: World) -> None:
    for number in range(MOST_WEBHOOKS):
        await world.hook(f"https://hooks.test/{number}")
    with pytest.raises(BadInput, match="10 webhooks"):
        await world.hook()

    assert len(world.addresses.heard) == MOST_WEBHOOKS
    await world.hook(guild=2)


async def test_only_watched_products_can_be_named(world: World) -> None:
    await world.watches()
    with pytest.raises(BadInput, match="deck"):
        await world.webhooks.add(1, URL, by=7, skus=["pi5", "deck"])

    assert await world.webhooks.list(1) == []
    assert (await world.webhooks.add(1, URL, by=7, skus=["pi5", "pi5"])).webhook.skus == ("pi5",)


async def test_what_it_is_told_can_be_changed_and_what_is_not_named_stays(world: World) -> None:
    webhook = await world.hook(kinds=[ChangeKind.RESTOCKED])

    changed = await world.webhooks.change(1, webhook.id, skus=["pi5"])
    assert (changed.kinds, changed.skus) == ((ChangeKind.RESTOCKED,), ("pi5",))
    changed = await world.webhooks.change(1, webhook.id, kinds=[])
    assert (changed.kinds, changed.skus) == ((), ("pi5",))
    assert await world.webhooks.get(1, webhook.id) == changed


_ASKING: dict[str, Callable[[Webhooks, int, str], Awaitable[Any]]] = {
    "get": lambda hooks, guild, name: hooks.get(guild, name),
    "change": lambda hooks, guild, name: hooks.change(guild, name, kinds=[]),
    "rotate": lambda hooks, guild, name: hooks.rotate_secret(guild, name),
    "remove": lambda hooks, guild, name: hooks.remove(guild, name),
    "enable": lambda hooks, guild, name: hooks.enable(guild, name),
    "log": lambda hooks, guild, name: hooks.log(guild, name),
    "given_up": lambda hooks, guild, name: hooks.given_up(guild, name),
    "redrive": lambda hooks, guild, name: hooks.redrive(guild, name),
    "test": lambda hooks, guild, name: hooks.test(guild, name),
}


@pytest.mark.parametrize("ask", _ASKING.values(), ids=list(_ASKING))
async def test_another_guilds_webhook_looks_like_none(
    world: World, ask: Callable[[Webhooks, int, str], Awaitable[Any]]
) -> None:
    webhook = await world.hook()
    before = await everything(world.store)
    with pytest.raises(NotFound) as theirs:
        await ask(world.webhooks, 2, webhook.id)
    with pytest.raises(NotFound) as nothing:
        await ask(world.webhooks, 2, "nothing")

    assert str(theirs.value) == str(nothing.value)
    assert await everything(world.store) == before


async def test_for_a_day_after_a_rotation_both_secrets_sign(world: World) -> None:
    await world.watches()
    added = await world.webhooks.add(1, URL, by=7)
    fresh = await world.webhooks.rotate_secret(1, added.webhook.id)
    assert fresh != added.secret

    async def signed_by() -> list[bool]:
        await world.webhooks.test(1, added.webhook.id)
        await world.turn()
        _, headers, body = world.addresses.got("webhook.test")[-1]
        signatures = headers["webhook-signature"].split(" ")
        text, at = json.dumps(body).encode(), int(headers["webhook-timestamp"])
        return [signature(each, headers["webhook-id"], at, text) in signatures for each in (fresh, added.secret)]

    assert await signed_by() == [True, True]
    await world.passes(24 * 3600)
    assert await signed_by() == [True, False]


async def test_a_removed_webhook_leaves_nothing_but_ids_that_arrived(world: World) -> None:
    webhook = await world.hook()
    world.addresses.say[URL] = Answer("500", 500)
    await world.happens()
    await world.turn()
    await world.webhooks.remove(1, webhook.id)
    await world.passes(3 * 24 * 3600)

    assert len(world.addresses.got()) == 1
    assert not [name for name, text in (await everything(world.store)).items() if webhook.id in text]
    assert await world.webhooks.list(1) == []


async def test_no_secret_is_in_the_store_in_a_log_or_in_an_error(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    structlog.reset_defaults()
    with caplog.at_level(logging.DEBUG):
        await world.watches()
        added = await world.webhooks.add(1, URL, by=7)
        fresh = await world.webhooks.rotate_secret(1, added.webhook.id)
        world.addresses.say[URL] = Answer("410", 410)
        await world.happens()
        await world.turn()
        errors = []
        for ask in (world.webhooks.test, world.webhooks.enable, world.webhooks.redrive):
            with pytest.raises(BadInput) as failed:
                await ask(1, added.webhook.id)
            errors.append(str(failed.value))
        with pytest.raises(BadInput) as refused:
            await world.webhooks.add(1, URL.replace("https", "http"), by=7)
    shown = capsys.readouterr()
    assert "webhook disabled" in shown.out + shown.err + caplog.text  # wherever an earlier test has sent the logs
    facts = [
        *errors,
        str(refused.value),
        caplog.text,
        shown.out,
        shown.err,
        repr(added),
        repr(await world.vault.of(1, added.webhook.id)),
    ]
    facts += (await everything(world.store)).values()

    secrets = ["canary-of-the-address", *(each.removeprefix("whsec_") for each in (added.secret, fresh))]
    assert [secret for secret in secrets for text in facts if secret in text] == []


async def test_what_was_moved_about_in_the_store_opens_nothing(world: World) -> None:
    mine, theirs = await world.hook(), await world.hook("https://evil.test/", guild=2)
    sealed = await world.store.hook_secret(1, mine.id)
    assert sealed
    await world.store.put_hook_secret(2, theirs.id, sealed)

    assert await world.vault.of(2, theirs.id) is None
    with pytest.raises(BadInput, match="HS_SECRET_KEY"):
        await world.webhooks.rotate_secret(2, theirs.id)


async def test_whoever_asks_for_their_data_gets_the_webhooks_they_made(world: World) -> None:
    await world.hook()

    exported = await Me(store=world.store, clock=world.clock).export(7)

    assert [len(each["webhooks_you_added"]) for each in exported["servers"]] == [1]
    assert "canary" not in json.dumps(exported)


async def test_a_test_event_is_sent_like_any_other(world: World) -> None:
    webhook = await world.hook()
    name = await world.webhooks.test(1, webhook.id)
    await world.turn()

    [(_, headers, body)] = world.addresses.got("webhook.test")
    assert headers["webhook-id"] == name
    assert body == {"type": "webhook.test", "timestamp": world.clock.now().isoformat(), "data": {"webhook": webhook.id}}
    [row] = await world.webhooks.log(1, webhook.id)
    assert (row.delivery, row.status, row.attempt) == (name, "200", 1)


async def test_a_disabled_webhook_misses_what_happens_until_it_is_enabled(world: World) -> None:
    webhook = await world.hook()
    world.addresses.say[URL] = Answer("410", 410)
    await world.happens(change())
    await world.turn()
    assert (await world.webhooks.get(1, webhook.id)).state is HookState.DISABLED
    await world.happens(change(ChangeKind.SOLD_OUT))
    await world.turn()
    del world.addresses.say[URL]

    assert (await world.webhooks.enable(1, webhook.id)).is_active
    assert await world.webhooks.redrive(1, webhook.id) == 1
    await world.turn()

    assert [body["data"]["kind"] for _, _, body in world.addresses.got()] == ["restocked", "restocked"]
    assert len(set(world.addresses.ids)) == 1
    assert await world.webhooks.redrive(1, webhook.id) == 0
