"""What a guild may choose, and what becomes of choices that another version wrote."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.deliveries import delivery_for
from alerts.domain.errors import BadInput, StoreUnavailable
from alerts.domain.guild import DEFAULT_SETTINGS, GuildSettings, Language, from_stored, stored
from alerts.domain.letters import Letter, Part
from alerts.domain.model import Snapshot
from alerts.domain.wishes import TargetKind
from alerts.guilds import RECENT, Guilds
from alerts.store.memory import MemoryStore
from bot.notify.by_kind import Notify
from bot.ui.language import spoken
from tests.fakes import FakeClock
from tests.worlds import START, change, subscription

if TYPE_CHECKING:
    import discord

    from alerts.addresses import Addresses
    from bot.notify.apprise_worker import AppriseWorker

CHOICES = st.builds(
    GuildSettings,
    language=st.sampled_from(Language),
    currency=st.sampled_from([None, "GBP", "JPY"]),
    manager_role=st.none() | st.integers(1, 2**63 - 1),
    ephemeral_replies=st.booleans(),
    floor_amount=st.decimals(0, 10**6, places=2),
    floor_percent=st.decimals(0, 100, places=2),
    notice_channel=st.none() | st.integers(1, 2**63 - 1),
    timezone=st.sampled_from(["UTC", "Europe/London", "Asia/Tokyo"]),
)


@pytest.fixture
def guilds() -> Guilds:
    return Guilds(store=MemoryStore())


async def test_a_guild_that_chose_nothing_has_the_defaults(guilds: Guilds) -> None:
    settings = await guilds.settings(1)

    assert settings == DEFAULT_SETTINGS
    assert (settings.language, settings.ephemeral_replies, settings.timezone) == ("en", False, "UTC")
    assert (settings.floor_amount, settings.floor_percent) == (1, 2)


async def test_a_choice_is_kept_beside_the_others_and_in_this_guild_alone(guilds: Guilds) -> None:
    await guilds.change(1, language="de", currency="EUR")
    await guilds.change(1, floor_amount="0.10", manager_role=42)

    settings = await guilds.settings(1)

    assert (settings.language, settings.currency, settings.manager_role) == (Language.GERMAN, "EUR", 42)
    assert settings.floor_amount == Decimal("0.10")
    assert await guilds.settings(2) == DEFAULT_SETTINGS


async def test_a_choice_can_be_taken_back(guilds: Guilds) -> None:
    await guilds.change(1, notice_channel=10)

    assert (await guilds.change(1, notice_channel=None)).notice_channel is None


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("language", "klingon", "choose one of en, de, fr, es, ja, pt-BR"),
        ("currency", "pounds", "three capital letters such as GBP"),
        ("manager_role", "the boss", "not a role's id"),
        ("manager_role", 0, "not a role's id"),
        ("ephemeral_replies", "perhaps", "neither yes nor no"),
        ("floor_amount", "-1", "not an amount"),
        ("floor_amount", "NaN", "not an amount"),
        ("floor_amount", "1e400", "not an amount"),
        ("floor_percent", "101", "not a percentage"),
        ("notice_channel", 2**63, "not a channel's id"),
        ("timezone", "Mars/Olympus", "not a timezone"),
        ("timezone", None, "."),
        ("colour", "red", "is no setting; there are language, currency"),
    ],
)
async def test_what_cannot_be_is_refused_by_name_and_nothing_is_kept(
    guilds: Guilds, field: str, value: object, words: str
) -> None:
    with pytest.raises(BadInput) as caught:
        await guilds.change(1, notice_channel=10, **{field: value}) if field != "notice_channel" else (
            await guilds.change(1, **{field: value})
        )

    assert str(caught.value).startswith(f"{field}: ")
    assert words in str(caught.value)
    assert await guilds.settings(1) == DEFAULT_SETTINGS


@given(CHOICES)
def test_what_is_stored_is_read_back_as_it_was(settings: GuildSettings) -> None:
    kept = {name: text for name, text in stored(settings).items() if text is not None}

    assert from_stored(kept) == (settings, ())


def test_only_what_was_chosen_is_stored() -> None:
    assert {name for name, text in stored(DEFAULT_SETTINGS).items() if text is not None} == set()


def test_what_an_older_or_newer_version_wrote_is_read_as_far_as_it_goes() -> None:
    fields = {"v": "2", "language": "tlh", "floor_amount": "5", "mood": "sunny", "timezone": "Mars/Olympus"}

    settings, wrong = from_stored(fields)

    assert settings == GuildSettings(floor_amount="5")
    assert set(wrong) == {"language", "timezone"}


class Away(MemoryStore):
    """A memory that can be away."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.is_away = 0, False

    async def guild_settings(self, guild: int) -> GuildSettings:
        self.asked += 1
        if self.is_away:
            raise StoreUnavailable("no server answers")
        return await super().guild_settings(guild)


async def test_recent_settings_are_asked_for_once_in_five_seconds() -> None:
    store, clock = Away(), FakeClock()
    guilds = Guilds(store=store, clock=clock)
    for _ in range(9):
        await guilds.recent(1)
    assert store.asked == 1
    await clock.advance(RECENT.total_seconds())
    await guilds.recent(1)

    assert store.asked == 2


async def test_a_change_made_here_is_recent_at_once_and_one_made_elsewhere_soon() -> None:
    store, clock = MemoryStore(), FakeClock()
    here, there = Guilds(store=store, clock=clock), Guilds(store=store, clock=clock)
    await here.recent(1)
    await there.recent(1)

    await here.change(1, language="de")

    assert (await here.recent(1)).language is Language.GERMAN
    await clock.advance(RECENT.total_seconds())
    assert (await there.recent(1)).language is Language.GERMAN


async def test_while_memory_is_away_the_last_known_choice_holds_and_nothing_is_guessed() -> None:
    store, clock = Away(), FakeClock()
    guilds = Guilds(store=store, clock=clock)
    await guilds.change(1, language="fr")
    store.is_away = True
    await clock.advance(3600)

    assert (await guilds.recent(1)).language is Language.FRENCH
    with pytest.raises(StoreUnavailable):
        await guilds.recent(2)
    with pytest.raises(StoreUnavailable):
        await guilds.settings(1)


async def test_an_alert_is_written_in_its_guilds_language() -> None:
    heard = []

    class Way:
        async def post(self, letter: Letter) -> int:
            heard.append(("post", spoken()))
            return 1

        async def edit(self, letter: Letter, message_id: int) -> None:
            heard.append(("edit", spoken()))

    async def language(guild: int) -> str:
        return {1: "ja"}.get(guild, "en")

    addresses, worker = cast("Addresses", None), cast("AppriseWorker", None)
    notify = Notify(cast("discord.Client", None), clock=FakeClock(), addresses=addresses, worker=worker,
                    language=language)  # fmt: skip
    notify._ways = dict.fromkeys(TargetKind, Way())

    for guild in (1, 2):
        the_letter = letter(guild)
        await notify.post(the_letter)
        await notify.edit(the_letter, 1)

    assert heard == [("post", "ja"), ("edit", "ja"), ("post", "en"), ("edit", "en")]
    assert spoken() == "en"


def letter(guild: int) -> Letter:
    delivery = delivery_for(change(), subscription(guild=guild, channel=guild), product_name="Pi", now=START)
    part = Part(delivery=delivery, snapshot=Snapshot(sku="pi5"))
    return Letter(id=delivery.id, parts=(part,))
