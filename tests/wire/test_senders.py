"""Every way through Discord over the wire, with the real discord.py: once where a nonce works."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from alerts.addresses import Addresses
from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.letters import Letter
from alerts.domain.wishes import Target, TargetKind
from alerts.store.memory import MemoryStore
from alerts.store.seal import KeyRing
from bot.logs import configure
from bot.notify.apprise_worker import AppriseWorker
from bot.notify.by_kind import Notify
from bot.playground.discord.server import DiscordServer
from bot.playground.discord.shapes import FORUM, Json
from tests.fakes import FakeClock
from tests.letters import letter, part, sold_out
from tests.wire.bots import TinyBot, running

pytestmark = pytest.mark.wire

POST, THREADS = "/channels/*/messages", "/channels/*/threads"
LONG_AGO = timedelta(minutes=-3)
READ_HISTORY = 1 << 16


@dataclass
class Sending:
    """A Notify that is connected, and what it sends to."""

    server: DiscordServer
    bot: TinyBot
    clock: FakeClock
    notify: Notify
    addresses: Addresses
    observed: list[str] = field(default_factory=list)

    @property
    def guild(self) -> int:
        return int(self.server.world.guild.id)

    def letter(
        self, target: Target | None = None, *, role: int | None = None, tried: timedelta | None = None
    ) -> Letter:
        where = target or self.target("deals")
        tried_at = self.clock.now() + tried if tried is not None else None
        return letter(part(where, self.guild, role), tried_at=tried_at)

    def target(self, channel: str, kind: TargetKind = TargetKind.CHANNEL) -> Target:
        return Target(type=kind, id=int(self.server.world.channel(channel).id))

    def messages(self, channel: str = "deals") -> list[Json]:
        return self.server.world.messages(channel)

    def asked(self, method: str, path: str) -> int:
        return sum(1 for r in self.server.requests if r.method == method and path in r.path)


@asynccontextmanager
async def sending(server: DiscordServer) -> AsyncIterator[Sending]:
    async with running(server, lambda _: None) as bot:
        clock, observed = FakeClock(), list[str]()
        seal = KeyRing("A" * 43 + "=")
        addresses = Addresses(store=MemoryStore(), seal=seal, api_base=server.api_base)
        notify = Notify(bot, clock=clock, addresses=addresses, worker=AppriseWorker(), observe=observed.append)
        try:
            yield Sending(server, bot, clock, notify, addresses, observed)
        finally:
            await notify.drain(5)
            await notify.aclose()


async def fails(found: Sending, sent: Letter) -> DeliveryError:
    with pytest.raises(DeliveryError) as refused:
        await found.notify.post(sent)
    return refused.value


# Channels and threads


async def test_a_channel_gets_it_once_with_its_role_and_its_nonce(server: DiscordServer) -> None:
    async with sending(server) as found:
        role = int(server.world.deal_hunters.id)
        sent = found.letter(role=role)
        ids = [await found.notify.post(sent) for _ in range(2)]

        (message,) = found.messages()
        assert ids == [int(message["id"])] * 2
        assert message["nonce"] == sent.id
        assert message["mention_roles"] == [str(role)]
        assert message["embeds"][0]["footer"]["text"] == f"Alert {sent.parts[0].delivery.id}"


async def test_an_edit_changes_the_message_and_pings_nobody(server: DiscordServer) -> None:
    async with sending(server) as found:
        sent = found.letter(role=int(server.world.deal_hunters.id))
        message_id = await found.notify.post(sent)
        over = letter(sold_out(sent.parts[0], message_id=message_id))
        await found.notify.edit(over, message_id)

        (message,) = found.messages()
        assert message["content"].startswith("Sold out after 3 min")
        edit = next(r for r in server.requests if r.method == "PATCH")
        assert edit.payload["allowed_mentions"] == {"parse": []}


async def test_a_message_that_was_deleted_counts_as_delivered_and_stays_deleted(server: DiscordServer) -> None:
    async with sending(server) as found:
        sent = found.letter()
        server.faults.add("POST", POST, status=404, code=10008)
        server.faults.add("PATCH", f"{POST}/*", status=404, code=10008)

        assert await found.notify.post(sent) == 0
        await found.notify.edit(sent, 123456789012345678)


async def test_a_lost_answer_is_asked_for_again_and_makes_no_second_message(server: DiscordServer) -> None:
    async with sending(server) as found:
        sent = found.letter()
        server.faults.add("POST", POST, mode="created_then_drop")
        error = await fails(found, sent)
        again = await found.notify.post(sent)

        assert error.remedy is Remedy.RETRY
        assert [int(m["id"]) for m in found.messages()] == [again]


async def test_a_caller_that_goes_stops_no_request_and_finds_its_answer_later(server: DiscordServer) -> None:
    async with sending(server) as found:
        hold = asyncio.Event()
        fault = server.faults.add("POST", POST, status=0, hold=hold)
        caller = asyncio.create_task(found.notify.post(found.letter()))
        await fault.reached.wait()
        caller.cancel()
        assert not await found.notify.drain(0)
        hold.set()
        assert await found.notify.drain(5)

        message_id = await found.notify.post(found.letter())
        assert [int(m["id"]) for m in found.messages()] == [message_id]
        assert found.asked("POST", "/messages") == 1


async def test_a_caller_that_goes_during_a_global_limit_leaves_discord_usable(server: DiscordServer) -> None:
    async with sending(server) as found:
        fault = server.faults.rate_limit("POST", POST, retry_after=0.3, is_global=True)
        caller = asyncio.create_task(found.notify.post(found.letter()))
        await fault.reached.wait()
        caller.cancel()
        async with asyncio.timeout(5):
            await found.notify.post(found.letter(found.target("general")))

        assert len(found.messages("general")) == 1


@pytest.mark.parametrize(
    ("how", "remedy", "pause"),
    [
        ({"status": 403, "code": 50013}, Remedy.PAUSE, None),
        ({"status": 404, "code": 10003}, Remedy.DISABLE, None),
        ({"status": 400, "code": 50035}, Remedy.BURY, None),
        ({"status": 401}, Remedy.STOP, None),
        ({"status": 503, "body": "<html>upstream"}, Remedy.RETRY, None),
        ({"mode": "drop"}, Remedy.RETRY, None),
        ({"status": 429, "body": "<html>Cloudflare", "headers": {"Retry-After": "1"}}, Remedy.REST, 600),
        ({"status": 403, "body": "<html>Cloudflare"}, Remedy.REST, 600),
        ({"status": 429, "code": 20028, "headers": {"Retry-After": "1"},
          "body": {"message": "slow", "code": 20028, "retry_after": 1163.0}}, Remedy.RETRY, 1163),
        ({"status": 429, "headers": {"Via": "1.1 google", "Retry-After": "1"},
          "body": {"message": "slow", "retry_after": 1163.0, "global": False}}, Remedy.RETRY, 1163),
    ],
)  # fmt: skip
async def test_what_discord_refuses_comes_back_with_its_remedy(
    server: DiscordServer, how: dict[str, object], remedy: Remedy, pause: float | None
) -> None:
    async with sending(server) as found:
        found.bot.http.max_ratelimit_timeout = 30.0  # as bot/client.py has it
        server.faults.add("POST", POST, times=None, **how)
        error = await fails(found, found.letter())

        assert error.remedy is remedy
        assert error.retry_after == (timedelta(seconds=pause) if pause else None)
        assert found.messages() == []


async def test_an_archived_thread_is_woken_and_a_locked_one_pauses(server: DiscordServer) -> None:
    async with sending(server) as found:
        world = server.world
        thread = world.add_thread("prices", parent=world.channel("deals"), owner=world.admin)
        thread.archived = True
        target = Target(id=int(thread.id))

        message_id = await found.notify.post(found.letter(target))
        assert [int(m["id"]) for m in found.messages("prices")] == [message_id]
        assert not thread.archived

        thread.archived = thread.locked = True
        error = await fails(found, letter(part(target, found.guild, listing="other")))
        assert error.remedy is Remedy.PAUSE


# An answer that was lost too long ago for its nonce


async def test_what_stands_since_before_the_nonce_ran_out_is_found_and_not_repeated(server: DiscordServer) -> None:
    server.world.board.nonce_window = 0
    async with sending(server) as found:
        first = await found.notify.post(found.letter())
        for number in range(30):
            server.say("member", "deals", f"chat {number}")

        assert await found.notify.post(found.letter(tried=LONG_AGO)) == first
        assert found.asked("POST", "/messages") == 1
        assert found.observed == ["ambiguous"]


async def test_somebody_elses_copy_of_our_message_is_not_ours(server: DiscordServer) -> None:
    server.world.board.nonce_window = 0
    async with sending(server) as found:
        server.say("member", "deals", f"Alert {found.letter().parts[0].delivery.id}")

        assert await found.notify.post(found.letter(tried=LONG_AGO))
        assert found.asked("POST", "/messages") == 1


async def test_what_does_not_stand_there_is_posted(server: DiscordServer) -> None:
    async with sending(server) as found:
        await found.notify.post(found.letter(tried=LONG_AGO))

        assert len(found.messages()) == 1


async def test_within_the_nonces_time_nothing_is_looked_up(server: DiscordServer) -> None:
    async with sending(server) as found:
        await found.notify.post(found.letter(tried=timedelta(minutes=-1)))

        assert (found.asked("GET", "/messages"), found.observed) == (0, [])


@pytest.mark.parametrize(("code", "remedy"), [(50013, None), (50001, None), (10003, Remedy.DISABLE)])
async def test_who_may_not_read_posts_at_least_once(server: DiscordServer, code: int, remedy: Remedy | None) -> None:
    async with sending(server) as found:
        server.faults.add("GET", POST, status=404 if remedy else 403, code=code)
        sent = found.letter(tried=LONG_AGO)
        if remedy:
            assert (await fails(found, sent)).remedy is remedy
        else:
            assert await found.notify.post(sent)

        assert len(found.messages()) == (0 if remedy else 1)


# Forums


def forum(server: DiscordServer) -> Target:
    made = server.world.add_channel("market", kind=FORUM)
    made.available_tags = [
        {"id": str(number), "name": f"tag{number}", "moderated": False, "emoji_id": None, "emoji_name": None}
        for number in (11, 12)
    ]
    return Target(type=TargetKind.FORUM, id=int(made.id), tags=(12, 99))


async def test_a_forum_gets_a_post_with_title_text_and_the_tags_it_still_has(server: DiscordServer) -> None:
    target = forum(server)
    async with sending(server) as found:
        role = int(server.world.deal_hunters.id)
        message_id = await found.notify.post(found.letter(target, role=role))

        thread = server.world.channel(str(message_id))
        (message,) = server.world.messages(thread)
        assert thread.name == "Back in stock: Raspberry Pi 5"
        assert thread.applied_tags == ["12"]
        assert message["mention_roles"] == [str(role)]
        assert "Raspberry Pi 5" in message["embeds"][0]["title"]


async def test_a_post_is_edited_where_it_stands_also_when_it_is_archived(server: DiscordServer) -> None:
    target = forum(server)
    async with sending(server) as found:
        sent = found.letter(target)
        message_id = await found.notify.post(sent)
        server.world.channel(str(message_id)).archived = True
        over = letter(sold_out(sent.parts[0], message_id=message_id))
        await found.notify.edit(over, message_id)

        (message,) = server.world.messages(str(message_id))
        assert message["content"].startswith("Sold out after 3 min")


async def test_a_post_whose_answer_was_lost_is_found_by_its_mark(server: DiscordServer) -> None:
    target = forum(server)
    async with sending(server) as found:
        server.faults.add("POST", THREADS, mode="created_then_drop")
        assert (await fails(found, found.letter(target))).remedy is Remedy.RETRY
        other = letter(part(target, found.guild, listing="other"))
        await found.notify.post(other)

        again = await found.notify.post(found.letter(target, tried=timedelta(days=-3650)))

        posts = [c for c in server.world.channels.values() if c.parent_id == str(target.id)]
        assert len(posts) == 2
        assert again == int(min(posts, key=lambda post: int(post.id)).id)


async def test_a_forum_that_is_none_any_more_pauses(server: DiscordServer) -> None:
    async with sending(server) as found:
        error = await fails(found, found.letter(found.target("deals", TargetKind.FORUM)))

        assert error.remedy is Remedy.PAUSE


# Direct messages


async def test_a_person_gets_it_once_without_a_mention(server: DiscordServer) -> None:
    async with sending(server) as found:
        target = Target(type=TargetKind.DM, id=int(server.world.member.id))
        sent = found.letter(target, role=42)
        ids = [await found.notify.post(sent) for _ in range(2)]
        over = letter(sold_out(sent.parts[0], message_id=ids[0]))
        await found.notify.edit(over, ids[0])

        (message,) = server.world.messages(server.world.open_dm("member"))
        assert ids == [int(message["id"])] * 2
        assert "<@" not in message["content"]
        assert message["content"].startswith("Sold out after")
        assert found.asked("POST", "/users/@me/channels") == 1


async def test_a_person_who_takes_no_messages_is_left_alone(server: DiscordServer) -> None:
    server.world.member.takes_dms = False
    async with sending(server) as found:
        error = await fails(found, found.letter(Target(type=TargetKind.DM, id=int(server.world.member.id))))

        assert (error.remedy, error.code) == (Remedy.DISABLE, 50007)


# Webhooks


async def webhook(found: Sending) -> tuple[Target, Json]:
    payload = {"name": "alerts"}
    channel = found.server.world.channel("deals").id
    found.server.world.allow("deals", found.server.world.bot, 1 << 29)
    made: Json = await found.bot.http.create_webhook(int(channel), **payload)  # type: ignore[assignment]
    address = f"{found.server.api_base}/webhooks/{made['id']}/{made['token']}"
    return await found.addresses.add(found.guild, address), made


async def test_a_webhook_posts_pings_and_is_edited(server: DiscordServer) -> None:
    async with sending(server) as found:
        target, made = await webhook(found)
        role = int(server.world.deal_hunters.id)
        sent = found.letter(target, role=role)
        message_id = await found.notify.post(sent)
        await found.notify.edit(letter(sold_out(sent.parts[0], message_id=message_id)), message_id)

        (message,) = found.messages()
        assert (int(message["id"]), message["webhook_id"]) == (message_id, made["id"])
        assert message["content"].startswith("Sold out after")
        post = next(r for r in server.requests if r.method == "POST" and r.path.startswith("/webhooks/"))
        assert post.payload["allowed_mentions"]["roles"] == [role]
        assert post.payload["allowed_mentions"]["parse"] == []


async def test_a_message_of_a_webhook_that_was_deleted_stays_deleted(server: DiscordServer) -> None:
    async with sending(server) as found:
        target, _ = await webhook(found)
        await found.notify.edit(found.letter(target), 123456789012345678)


@pytest.mark.parametrize(
    ("how", "remedy"),
    [
        ({"status": 404, "code": 10015}, Remedy.DISABLE),
        ({"status": 401, "code": 50027}, Remedy.DISABLE),
        ({"status": 401}, Remedy.DISABLE),
        ({"status": 400, "code": 50035}, Remedy.BURY),
        ({"mode": "drop"}, Remedy.RETRY),
        ({"status": 429, "body": "<html>no"}, Remedy.REST),
        ({"status": 400, "headers": {"X-Bad": "a" * 20_000}}, Remedy.RETRY),
    ],
)  # fmt: skip
async def test_no_trouble_with_a_webhook_shows_its_secret(
    server: DiscordServer, how: dict[str, object], remedy: Remedy, capfd: pytest.CaptureFixture[str]
) -> None:
    handlers, level = logging.getLogger().handlers, logging.getLogger().level
    configure(logging.DEBUG)
    try:
        async with sending(server) as found:
            target, made = await webhook(found)
            server.faults.add("POST", "/webhooks/*", times=None, **how)
            error = await fails(found, found.letter(target))
            logging.getLogger("test").warning("failed", exc_info=error)
    finally:
        logging.getLogger().handlers = handlers
        logging.getLogger().setLevel(level)

    said = "".join(capfd.readouterr()) + "".join(traceback.format_exception(error)) + repr(error) + repr(found.notify)
    assert error.remedy is remedy
    assert made["token"] not in said


async def test_a_webhook_whose_address_nobody_keeps_is_disabled(server: DiscordServer) -> None:
    async with sending(server) as found:
        error = await fails(found, found.letter(Target(type=TargetKind.WEBHOOK, id=5)))

        assert error.remedy is Remedy.DISABLE


# And everything else


async def test_a_service_is_sent_to_and_never_edited(server: DiscordServer) -> None:
    async with sending(server) as found:
        target = await found.addresses.add(found.guild, "json://127.0.0.1:9/cAnArY-tOkEn")
        error = await fails(found, found.letter(target))
        await found.notify.edit(found.letter(target), 5)

        assert error.remedy is Remedy.PAUSE
        assert "allow_private" in str(error)
        assert "cAnArY" not in "".join(traceback.format_exception(error))
