"""What is not kept of a guild changes nothing that anybody asks for."""

from __future__ import annotations

import gc
import json
from typing import Any

import discord
import pytest

from alerts.domain.wishes import Target
from alerts.store.memory import MemoryStore
from benchmarks.sharding.server import Guild
from bot.client import Client
from bot.trim import trim_guild
from bot.ui.permissions import missing_in, place_of
from tests.fakes import FakeClock

BOT = {"id": "42", "username": "Hardware Sentry", "discriminator": "0", "avatar": None, "bot": True}


@pytest.fixture
def client() -> Client:
    clock = FakeClock()
    made = Client(api_base="http://127.0.0.1:1/api", notes=MemoryStore(clock=clock), clock=clock)
    made._connection.user = discord.ClientUser(state=made._connection, data=BOT)
    return made


def told(number: int) -> dict[str, Any]:
    """As it comes from the gateway."""
    found: dict[str, Any] = json.loads(json.dumps(Guild(number, BOT).json()))
    return found


def whole(client: Client, guild: dict[str, Any]) -> discord.Guild:
    """As discord.py reads it by itself."""
    return discord.Guild(data=guild, state=client._connection)


async def kept(client: Client, event: str, data: dict[str, Any]) -> discord.Guild:
    client._connection.parsers[event](data)
    found = client.get_guild(int(data["id"]))
    assert found
    return found


@pytest.mark.parametrize("number", range(8))
async def test_permissions_are_the_same_wherever_an_alert_can_go(client: Client, number: int) -> None:
    one, other = whole(client, told(number)), await kept(client, "GUILD_CREATE", told(number))
    asker = {"user": {**BOT, "id": "77"}, "roles": [str(one.roles[5].id)], "joined_at": None, "flags": 0}
    places = [*one.text_channels, *one.forums, *one.threads]

    for place in places:
        mine = place_of(other, Target(id=place.id))
        assert mine is not None
        assert missing_in(mine) == missing_in(place)
        assert mine.permissions_for(other.me) == place.permissions_for(one.me)
        people = [discord.Member(data=asker, guild=guild, state=client._connection) for guild in (one, other)]
        assert mine.permissions_for(people[1]) == place.permissions_for(people[0])
        assert mine.name == place.name
    assert len(places) == 25


async def test_the_places_of_notices_and_the_tags_of_forums_are_there(client: Client) -> None:
    one, other = whole(client, told(1)), await kept(client, "GUILD_CREATE", told(1))

    assert other.system_channel == one.system_channel
    assert other.public_updates_channel == one.public_updates_channel
    assert [tag.name for tag in other.forums[0].available_tags] == [tag.name for tag in one.forums[0].available_tags]
    assert [channel.id for channel in other.text_channels] == [channel.id for channel in one.text_channels]
    assert [(role.id, role.name, role.mentionable) for role in other.roles] == [
        (role.id, role.name, role.mentionable) for role in one.roles
    ]
    assert other.preferred_locale == one.preferred_locale
    assert other.me
    assert other.me.joined_at == one.me.joined_at


async def test_voice_channels_topics_and_looks_are_not_kept(client: Client) -> None:
    found = await kept(client, "GUILD_CREATE", told(1))

    assert found.voice_channels == found.categories == []
    assert all(channel.topic is None for channel in found.text_channels)
    assert (found.icon, found.description, found.emojis, found.features) == (None, None, (), [])


async def test_a_channel_that_is_made_or_changed_later_has_no_topic_either(client: Client) -> None:
    guild = await kept(client, "GUILD_CREATE", told(1))
    channel = next(each for each in told(1)["channels"] if each["type"] == 0)

    client._connection.parsers["CHANNEL_UPDATE"]({**channel, "topic": "x", "name": "new"})
    client._connection.parsers["CHANNEL_CREATE"]({**channel, "topic": "x", "id": "999"})

    changed, made = guild.get_channel(int(channel["id"])), guild.get_channel(999)
    assert isinstance(changed, discord.TextChannel)
    assert isinstance(made, discord.TextChannel)
    assert (changed.name, changed.topic, made.topic) == ("new", None, None)


async def test_events_of_what_is_not_kept_do_no_harm(client: Client) -> None:
    guild = await kept(client, "GUILD_CREATE", told(1))
    voice = next(each for each in told(1)["channels"] if each["type"] == 2)
    client._connection.parsers["CHANNEL_UPDATE"]({**voice, "name": "new"})
    client._connection.parsers["CHANNEL_DELETE"](voice)
    client._connection.parsers["GUILD_UPDATE"]({**told(1), "name": "Other"})

    assert guild.name == "Other"
    assert guild.icon is None


def test_what_discord_leaves_out_is_not_missed() -> None:
    assert trim_guild({"id": "1", "unavailable": True}) == {"id": "1", "unavailable": True}


async def test_many_guilds_are_left_out_of_garbage_collections_once_they_are_here(client: Client) -> None:
    gc.unfreeze()  # what another test left so
    try:
        client.settled()
        few = gc.get_freeze_count()
        for number in range(1000):
            client._connection._guilds[number] = whole(client, {"id": str(number), "unavailable": True})
        client.settled()
        many = gc.get_freeze_count()
    finally:
        gc.unfreeze()

    assert few == 0
    assert many > 1000
