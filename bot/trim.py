"""What is kept of a guild: where alerts can go, and what decides who may do what there. The rest is not even read.

Lost by it: voice channels, stages and categories, topics, emoji, stickers, events, and a guild's looks. Nothing here
asks for them; a channel that is not known is left to Discord, as all of another process's are (notify/beforehand.py).
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
# Text, announcements and forums; threads come apart from them.
PLACES = frozenset({0, 5, 15})
_LISTS = (
    "emojis", "stickers", "features", "voice_states", "presences", "stage_instances", "guild_scheduled_events",
    "soundboard_sounds",
)  # fmt: skip
_LOOKS = ("icon", "splash", "banner", "discovery_splash", "description", "vanity_url_code", "incidents_data")
_OF_A_ROLE = ("icon", "unicode_emoji", "colors")


def trim_guild(guild: Json) -> Json:
    """The same GUILD_CREATE or GUILD_UPDATE without what is not kept; it is changed in place."""
    for name in _LISTS:
        if name in guild:
            guild[name] = []
    for name in _LOOKS:
        guild.pop(name, None)
    for role in guild.get("roles", ()):
        for name in _OF_A_ROLE:
            role.pop(name, None)
    if "channels" in guild:
        guild["channels"] = [trim_channel(each) for each in guild["channels"] if each["type"] in PLACES]
    return guild


def trim_channel(channel: Json) -> Json:
    """The same without its topic; it is changed in place."""
    channel.pop("topic", None)
    return channel
