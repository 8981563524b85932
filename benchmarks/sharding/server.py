"""The Discord of the benchmark, in a process of its own: as many guilds as wanted, each as large as a usual one.

Each guild has 30 channels (categories, text, announcements, a forum, voice) with their permissions and topics, 20
roles, and what Discord sends beside them: emoji, stickers, threads, people in voice channels, features.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from typing import Any

from bot.playground.discord.server import DiscordServer

Json = dict[str, Any]
_NAMES = (
    "general chat deals restocks gpu-alerts help off-topic memes showcase rules news marketplace trades bots".split()
)
_KINDS = [4] * 4 + [0] * 18 + [5] + [15] + [2] * 6  # categories, text, announcements, a forum, voice
_EPOCH = 10_000_000


class Many:
    """Guilds made from their number alone, each time anew: nothing is kept of ten thousand."""

    def __init__(self, server: DiscordServer, *, shards: int) -> None:
        self._server, self._shards = server, shards
        server.gateway.shards = server.gateway.max_concurrency = shards

    def build(self, guilds: int) -> Json:
        """So many, instead of those there were; how large one is as JSON."""
        world = self._server.world
        world.guilds.clear()
        for number in range(guilds):
            guild = Guild(number, world.bot.json())
            world.guilds[guild.id] = guild  # type: ignore[assignment]
        sizes = [len(json.dumps(Guild(n, world.bot.json()).json(), separators=(",", ":"))) for n in range(20)]
        return {"bytes": sum(sizes) // len(sizes)}


class Guild:
    """As the gateway tells it: by its id, and with everything in it."""

    def __init__(self, number: int, bot: Json) -> None:
        self._number, self._bot = number, bot
        self.id = self._id(0)

    def _id(self, part: int) -> str:
        return str(((_EPOCH + self._number) << 22) + part)

    def json(self, *, viewer_id: str | None = None) -> Json:
        """GUILD_CREATE."""
        dice = random.Random(self._number)
        roles = [self._role(n, dice) for n in range(20)]
        channels = [self._channel(n, kind, dice) for n, kind in enumerate(_KINDS)]
        found: Json = {
            "id": self.id, "name": f"Community of hardware {self._number}", "owner_id": self._id(900),
            "roles": roles, "channels": channels, "preferred_locale": "en-US", "joined_at": "2026-01-01T00:00:00+00:00",
            "icon": f"{self._number:032x}", "splash": None, "banner": None, "vanity_url_code": None,
            "description": "Deals, restocks and talk about hardware for everybody who builds computers at home.",
            "discovery_splash": None, "afk_channel_id": None, "system_channel_id": self._id(104),
            "rules_channel_id": self._id(105), "public_updates_channel_id": self._id(106),
            "features": ["COMMUNITY", "NEWS", "ANIMATED_ICON", "INVITE_SPLASH", "PREVIEW_ENABLED"],
            "large": True, "unavailable": False, "member_count": dice.randrange(20, 5000),
            "emojis": [self._emoji(n) for n in range(25)], "stickers": [self._sticker(n) for n in range(5)],
            "members": [self._member()], "threads": [self._thread(n) for n in range(5)],
            "voice_states": [self._voice(n) for n in range(3)], "presences": [], "stage_instances": [],
            "guild_scheduled_events": [], "soundboard_sounds": [],
        }  # fmt: skip
        found |= dict.fromkeys(("verification_level", "default_message_notifications", "explicit_content_filter"), 1)
        return found | dict.fromkeys(
            ("mfa_level", "nsfw_level", "premium_tier", "system_channel_flags", "afk_timeout"), 1
        )

    def _role(self, n: int, dice: random.Random) -> Json:
        name = "@everyone" if n == 0 else "Hardware Sentry" if n == 1 else f"{dice.choice(_NAMES)} fans {n}"
        colors = {"primary_color": n * 999, "secondary_color": None, "tertiary_color": None}
        found: Json = {
            "id": self._id(n), "name": name, "permissions": str(1 << 10 | 1 << 11 | 1 << 14 | dice.getrandbits(20)),
            "color": n * 999, "colors": colors, "mentionable": n % 5 == 0, "managed": n in (1, 2, 3), "position": n,
            "hoist": n % 4 == 0, "flags": 0, "icon": None, "unicode_emoji": None,
        }  # fmt: skip
        return found | ({"tags": {"bot_id": self._bot["id"]}} if n == 1 else {})

    def _channel(self, n: int, kind: int, dice: random.Random) -> Json:
        denies = [(0, "0", "1024")] if n % 3 == 0 else []
        allows = [(dice.randrange(1, 20), "3072", "0") for _ in range(dice.randrange(5))]
        found: Json = {
            "id": self._id(100 + n), "type": kind, "name": f"{dice.choice(_NAMES)}-{n}", "position": n,
            "parent_id": self._id(100 + n % 4) if kind != 4 else None, "nsfw": False, "rate_limit_per_user": 0,
            "flags": 0, "last_message_id": self._id(1000 + n), "guild_id": self.id,
            "permission_overwrites": [
                {"id": self._id(role), "type": 0, "allow": allow, "deny": deny} for role, allow, deny in denies + allows
            ],
        }  # fmt: skip
        if kind in (0, 5, 15):
            found["topic"] = "What is in stock, where, and at which price; read the rules first. " if n % 2 else None
        if kind == 2:
            found |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
        if kind == 15:
            tag = {"moderated": False, "emoji_id": None, "emoji_name": "🔥"}
            found |= {
                "available_tags": [{**tag, "id": self._id(300 + k), "name": f"tag {k}"} for k in range(6)],
                "default_reaction_emoji": None, "default_sort_order": None, "default_forum_layout": 0,
            }  # fmt: skip
        return found

    def _emoji(self, n: int) -> Json:
        found: Json = {"id": self._id(400 + n), "name": f"emoji_{n}", "roles": [], "require_colons": True}
        return found | {"managed": False, "animated": False, "available": True}

    def _sticker(self, n: int) -> Json:
        found: Json = {"id": self._id(500 + n), "name": f"sticker {n}", "tags": "smile", "type": 2, "format_type": 1}
        return found | {"description": "A sticker", "available": True, "guild_id": self.id}

    def _member(self) -> Json:
        found: Json = {
            "user": self._bot,
            "roles": [self._id(1)],
            "joined_at": "2026-01-01T00:00:00+00:00",
            "nick": None,
        }
        return found | {
            "avatar": None,
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "pending": False,
            "flags": 0,
        }

    def _thread(self, n: int) -> Json:
        moments = dict.fromkeys(("archive_timestamp", "create_timestamp"), "2026-01-01T00:00:00+00:00")
        found: Json = {
            "id": self._id(600 + n), "type": 11, "name": f"Which board is in stock? {n}", "guild_id": self.id,
            "parent_id": self._id(104), "owner_id": self._id(901), "last_message_id": self._id(2000 + n), "flags": 0,
            "rate_limit_per_user": 0, "message_count": 9, "member_count": 3, "total_message_sent": 9,
        }  # fmt: skip
        metadata = {"archived": False, "locked": False, "auto_archive_duration": 1440, **moments}
        return found | {"thread_metadata": metadata}

    def _voice(self, n: int) -> Json:
        found: Json = {"user_id": self._id(902 + n), "channel_id": self._id(125), "session_id": f"{n:032x}"}
        flags = ("deaf", "mute", "self_deaf", "self_mute", "self_video", "suppress")
        return found | dict.fromkeys(flags, False) | {"request_to_speak_timestamp": None}


async def _serve(shards: int) -> None:
    async with DiscordServer() as server:
        many, reader = Many(server, shards=shards), asyncio.StreamReader(limit=1 << 26)
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        _say({"port": server.port})
        while line := await reader.readline():
            name, with_ = json.loads(line)
            _say(getattr(many, name)(**with_))


def _say(what: Json) -> None:
    sys.stdout.buffer.write(json.dumps(what).encode() + b"\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
