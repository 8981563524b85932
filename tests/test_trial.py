"""A test of an alert's target: it looks like an alert, says what it is, mentions nobody and counts for nothing."""

from __future__ import annotations

import pytest

from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.letters import Letter
from alerts.domain.model import Snapshot
from alerts.domain.standing import Standing, StandingState, after_failure
from alerts.store.memory import MemoryStore
from alerts.store.ports import Commit
from alerts.trial import Trial
from bot.ui.letters import allowed_mentions, letter_embeds, letter_text, letter_title
from bot.ui.plain import plain_text, plain_title
from tests.fakes import FakeClock, Mailbox
from tests.worlds import MINUTE, START, known, offer, product, subscription

PI = product("Acme")
WISH = subscription(mention_role=99)


async def tried(*failures: DeliveryError, **more: object) -> tuple[Standing | None, Mailbox, MemoryStore]:
    clock = FakeClock(START)
    store, mailbox = MemoryStore(clock=clock), Mailbox(*failures)
    lock = await store.lock("pi5", ttl=MINUTE)
    assert lock
    await store.commit(Commit(lock=lock, snapshot=Snapshot(sku="pi5", listings=(known(offer()),))))
    error = DeliveryError("Discord answered", remedy=Remedy.DISABLE)
    await store.put_standing(after_failure(Standing(target=WISH.target, guild=1), error, START))
    return await Trial(store=store, notifier=mailbox, clock=clock)(WISH, PI), mailbox, store


async def letter() -> Letter:
    _, mailbox, _ = await tried()
    (posted,) = mailbox.posts
    return posted


async def test_a_test_shows_the_product_as_it_would_be_told_and_that_it_is_a_test() -> None:
    posted = await letter()
    (embed,) = letter_embeds(posted)

    assert letter_text(posted) == ("🧪 Test, nothing has happened. Back in stock: **Raspberry Pi 5** at Acme, £100.00")
    assert embed.title == "Back in stock: Raspberry Pi 5"
    assert embed.footer.text == "Test alert"
    assert [field.name for field in embed.fields] == ["Now", "Before", "Test"]
    assert letter_title(posted) == "🧪 Test: Back in stock: Raspberry Pi 5"


async def test_a_test_mentions_nobody() -> None:
    posted = await letter()
    allowed = allowed_mentions(posted)

    assert posted.roles == ()
    assert "99" not in letter_text(posted)
    assert (allowed.everyone, allowed.roles, allowed.users) == (False, False, False)


async def test_a_test_in_plain_text_says_so_too() -> None:
    posted = await letter()

    assert plain_title(posted) == "🧪 Test: Raspberry Pi 5"
    assert plain_text(posted).startswith("This is how an alert looks here.")
    assert "Alert " not in plain_text(posted)


async def test_a_test_that_arrives_clears_how_the_target_stood() -> None:
    failed, _, store = await tried()

    assert failed is None
    assert await store.standings() == {}


@pytest.mark.parametrize(
    ("remedy", "state"),
    [
        (Remedy.PAUSE, StandingState.PAUSED),
        (Remedy.DISABLE, StandingState.DISABLED),
        (Remedy.RETRY, StandingState.FINE),
    ],
)
async def test_a_test_that_fails_says_why_and_is_no_strike(remedy: Remedy, state: StandingState) -> None:
    failed, _, store = await tried(DeliveryError("the reason", remedy=remedy, code=50013))
    (before,) = (await store.standings()).values()

    assert failed
    assert (failed.state, failed.reason, failed.code) == (state, "the reason", 50013)
    assert before.strikes == 1


async def test_a_product_that_nobody_has_looked_at_can_be_tried_too() -> None:
    mailbox, clock = Mailbox(), FakeClock(START)
    trial = Trial(store=MemoryStore(clock=clock), notifier=mailbox, clock=clock)

    assert await trial(WISH, PI) is None
    assert await trial(subscription(sku="gone"), None) is None
    assert await trial(subscription(sku=None, category="Boards & more"), None) is None
    assert [each.product_name for each in mailbox.letters] == ["Raspberry Pi 5", "gone", "Boards & more"]
