"""What a guild may choose, and what becomes of choices that another version wrote."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.errors import BadInput
from alerts.domain.guild import DEFAULT_SETTINGS, GuildSettings, Language, from_stored, stored
from alerts.guilds import Guilds
from alerts.store.memory import MemoryStore

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
    assert (settings.language, settings.ephemeral_replies, settings.timezone) == ("en", True, "UTC")
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
