"""Several alerts for one channel share a message while there is a queue; what concerns a target concerns no other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.deliver import Deliver
from alerts.domain.deliveries import Delivery, DeliveryState, delivery_for, together
from alerts.domain.errors import DeliveryError, DiscordRefused, Remedy
from alerts.domain.letters import letter_id
from alerts.domain.model import ChangeKind
from alerts.domain.standing import StandingState
from alerts.domain.wishes import Target
from alerts.store.memory import MemoryStore
from tests.fakes import FakeClock, Mailbox
from tests.worlds import IN, MINUTE, OUT, START, change, offer, subscription

DEALS, OTHER = Target(id=10), Target(id=11)


class Post:
    """A queue, a deliverer and a mailbox."""

    def __init__(self, *failures: DeliveryError, rate: float | None = None) -> None:
        self.clock, self.mailbox = FakeClock(START + MINUTE), Mailbox(*failures)
        self.store = MemoryStore(clock=self.clock)
        self.rate, self.rests = rate, None
        self.deliver = self.another("one")

    def another(self, name: str) -> Deliver:
        return Deliver(
            store=self.store, notifier=self.mailbox, clock=self.clock, name=name, rate=self.rate,
            rests_until=lambda: self.rests,
        )  # fmt: skip

    async def queue(self, *skus: str, channel: int = 10, guild: int = 1, **more: object) -> list[Delivery]:
        made = [self.news(sku, channel, guild, **more) for sku in skus]
        await self.store.enqueue(*made)
        return made

    def news(self, sku: str, channel: int = 10, guild: int = 1, **more: object) -> Delivery:
        facts = {"sku": sku, **more}
        wish = subscription(f"{sku}-{channel}", guild=guild, channel=channel, sku=sku)
        return delivery_for(change(**facts), wish, product_name=sku.upper(), now=self.clock.now())

    @property
    def posted(self) -> list[list[str]]:
        return [[part.delivery.change.sku for part in letter.parts] for letter in self.mailbox.posts]


async def test_what_waits_for_one_channel_shares_messages_of_ten_in_its_order() -> None:
    post = Post()
    skus = [f"p{n:02}" for n in range(23)]
    await post.queue(*skus)

    await post.deliver()

    assert [len(each) for each in post.posted] == [10, 10, 3]
    assert [sku for each in post.posted for sku in each] == skus


async def test_a_summary_is_a_message_of_its_own() -> None:
    post = Post()
    await post.queue("a")
    await post.store.enqueue(together([post.news("b"), post.news("c")]))
    await post.queue("d")

    await post.deliver()

    assert post.posted == [["a"], ["b"], ["d"]]


async def test_a_message_that_got_no_answer_goes_again_as_it_was_and_the_next_waits_behind_it() -> None:
    post = Post(DeliveryError("503"))
    first = await post.queue("a", "b")
    await post.deliver()
    await post.queue("c")

    await post.clock.advance(5)
    await post.deliver()

    assert post.posted == [["a", "b"], ["c"]]
    assert post.mailbox.posts[0].id == letter_id([each.id for each in first])
    assert post.mailbox.posts[0].tried_at == START + MINUTE


async def test_whoever_takes_over_sends_the_message_that_was_begun() -> None:
    post = Post(DeliveryError("503"))
    begun = await post.queue("a", "b")
    await post.deliver()
    await post.queue("c")
    await post.clock.advance(60)

    await post.another("two")()

    assert post.mailbox.posts[0].id == letter_id([each.id for each in begun])
    assert post.posted == [["a", "b"], ["c"]]


async def test_a_message_that_is_refused_whole_is_taken_apart_and_the_fault_buried_alone() -> None:
    post = Post(DeliveryError("400", remedy=Remedy.BURY), DeliveryError("400", remedy=Remedy.BURY))
    bad, good = await post.queue("bad", "good")

    await post.deliver()

    assert post.posted == [["good"]]
    assert await post.store.delivery_state(bad.id) is DeliveryState.BURIED
    assert [each.delivery.id for each in await post.store.dead_letters(9)] == [bad.id]
    assert await post.store.delivery_state(good.id) is DeliveryState.SENT


async def test_an_edit_keeps_what_else_the_message_holds() -> None:
    post = Post()
    await post.queue("a", "b")
    await post.deliver()
    gone = post.news("a", kind=ChangeKind.SOLD_OUT, old=offer(IN), new=offer(OUT), at=START + 9 * MINUTE)
    await post.store.enqueue(gone.model_copy(update={"is_follow_up": True}))

    await post.deliver()

    assert [each.is_open for each in post.mailbox.edits] == [False, True]
    assert len(post.mailbox.posts) == 1


async def test_a_channel_without_permission_waits_and_is_told_when_it_is_mended() -> None:
    post = Post(DeliveryError("no", remedy=Remedy.PAUSE, code=50013))
    await post.queue("a")
    await post.queue("b", channel=11)
    await post.deliver()
    (standing,) = (await post.store.standings()).values()
    assert standing.state is StandingState.PAUSED
    told = {letter.target.id for letter in post.mailbox.posts}
    assert told == {10, 11} - {standing.target.id}

    await post.store.clear_standing(standing.target)
    await post.clock.advance(2)
    await post.deliver()

    assert {letter.target.id for letter in post.mailbox.posts} == {10, 11}


async def test_a_channel_that_is_gone_takes_nothing_any_more_and_each_says_why() -> None:
    post = Post(DeliveryError("unknown channel", remedy=Remedy.DISABLE, code=10003))
    (first,) = await post.queue("a")
    await post.deliver()
    (later,) = await post.queue("b")
    await post.deliver()

    assert post.mailbox.posts == []
    assert {each.delivery.id for each in await post.store.dead_letters(9)} == {first.id, later.id}


async def test_while_everybody_rests_nobody_is_told() -> None:
    post = Post(DeliveryError("Cloudflare", remedy=Remedy.REST, retry_after=5 * MINUTE))
    await post.queue("a")
    await post.deliver()
    await post.queue("b", channel=11)
    await post.clock.advance(200)
    await post.deliver()
    assert post.mailbox.posts == []

    await post.clock.advance(101)
    await post.deliver()

    assert len(post.mailbox.posts) == 2


async def test_far_below_the_ban_everybody_rests_until_there_is_room() -> None:
    post = Post()
    await post.queue("a")
    post.rests = post.clock.now() + MINUTE

    await post.deliver()
    assert post.mailbox.posts == []
    await post.clock.advance(61)
    await post.deliver()

    assert len(post.mailbox.posts) == 1


async def test_a_token_that_is_refused_ends_delivering_and_loses_nothing() -> None:
    post = Post(DeliveryError("401", remedy=Remedy.STOP))
    (news,) = await post.queue("a")

    with pytest.raises(DiscordRefused):
        await post.deliver()

    assert await post.store.delivery_state(news.id) is DeliveryState.POSTPONED


async def test_messages_go_out_at_the_pace_and_not_faster() -> None:
    post = Post(rate=10)
    for channel in range(40):
        await post.queue("a", channel=channel + 100)

    for _ in range(20):
        await post.deliver.turn()
        await post.clock.advance(0.1)

    assert 20 <= len(post.mailbox.posts) <= 26


async def test_what_a_paused_deliverer_still_holds_is_refused_when_it_wakes() -> None:
    post = Post()
    await post.deliver()  # it sits
    await post.queue("a")
    await post.clock.advance(6)  # and sleeps through its lease
    await post.another("two")()
    assert post.posted == [["a"]]

    await post.deliver()

    assert post.posted == [["a"]]


async def test_a_message_on_its_way_when_the_seat_is_lost_is_told_once() -> None:
    post = Post()
    (news,) = await post.queue("a")
    await post.deliver.turn()  # it is on its way
    await post.clock.advance(6)
    other = post.another("two")
    await other()

    await post.deliver.turn()

    assert len({letter.id for letter in post.mailbox.posts}) == 1  # Discord posts one nonce once
    assert await post.store.delivery_state(news.id) is DeliveryState.SENT


async def test_leaving_waits_for_what_is_on_its_way_and_frees_the_seat_at_once() -> None:
    post = Post()
    (news,) = await post.queue("a")
    await post.deliver.turn()

    await post.deliver.leave()

    assert await post.store.delivery_state(news.id) is DeliveryState.SENT
    assert await post.store.lead("deliver", "two", ttl=timedelta(seconds=5))


async def test_an_older_price_gives_way_to_a_newer_one_and_says_so() -> None:
    post = Post()
    moves = [
        post.news("a", kind=ChangeKind.PRICE_DROP, old=offer(IN, old), new=offer(IN, new), at=START + at * MINUTE)
        for at, old, new in ((1, "100", "90"), (2, "90", "80"))
    ]
    await post.store.enqueue(*moves)

    await post.deliver()

    (letter,) = post.mailbox.posts
    (part,) = letter.parts
    assert (str(part.delivery.change.old.price), str(part.delivery.change.new.price)) == ("100.00 GBP", "80.00 GBP")
    stages = await post.store.trail(1, delivery=moves[0].id, limit=9)
    assert [each.reason for each in stages] == ["overtaken by a newer price before it was sent"]
