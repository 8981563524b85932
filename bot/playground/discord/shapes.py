"""The things of the world, and how each looks in Discord's JSON."""

from dataclasses import dataclass, field
from typing import Any

from .permissions import Overwrite

Json = dict[str, Any]

TEXT, DM, ANNOUNCEMENT, THREAD, FORUM = 0, 1, 5, 11, 15
TEXT_LIKE = frozenset({TEXT, DM, ANNOUNCEMENT, THREAD})


@dataclass(slots=True)
class User:
    """A person or a bot."""

    id: str
    name: str
    display: str
    bot: bool = False
    locale: str = "en-US"
    takes_dms: bool = True

    def json(self) -> Json:
        """A user object."""
        return {
            "id": self.id,
            "username": self.name,
            "global_name": self.display,
            "discriminator": "0",
            "avatar": None,
            "bot": self.bot,
            "public_flags": 0,
            "flags": 0,
        }


@dataclass(slots=True)
class Role:
    """A role of one guild."""

    id: str
    name: str
    permissions: int
    color: int = 0
    mentionable: bool = False
    managed: bool = False
    position: int = 0

    def json(self) -> Json:
        """A role object."""
        return {
            "id": self.id,
            "name": self.name,
            "permissions": str(int(self.permissions)),
            "color": self.color,
            "colors": {"primary_color": self.color, "secondary_color": None, "tertiary_color": None},
            "mentionable": self.mentionable,
            "managed": self.managed,
            "position": self.position,
            "hoist": False,
            "flags": 0,
        }


@dataclass(slots=True)
class Member:
    """A user in a guild."""

    user: User
    roles: list[str]
    joined_at: str

    def json(self, *, with_user: bool = True) -> Json:
        """A member object; messages carry it without the user, since the author is there already."""
        found: Json = {
            "roles": list(self.roles),
            "joined_at": self.joined_at,
            "nick": None,
            "avatar": None,
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "pending": False,
            "flags": 0,
        }
        return {**found, "user": self.user.json()} if with_user else found


@dataclass(slots=True)
class Channel:
    """A place for messages: in a guild, or between two people."""

    id: str
    name: str
    type: int = TEXT
    guild_id: str | None = None
    position: int = 0
    topic: str | None = None
    parent_id: str | None = None
    owner_id: str | None = None
    recipients: list[User] = field(default_factory=list)
    overwrites: dict[str, Overwrite] = field(default_factory=dict)
    overwrite_kinds: dict[str, int] = field(default_factory=dict)
    archived: bool = False
    locked: bool = False
    created_at: str = ""
    last_message_id: str | None = None
    available_tags: list[Json] = field(default_factory=list)
    applied_tags: list[str] = field(default_factory=list)
    slow: int = 0  # seconds between two messages of the same author
    written: dict[str, float] = field(default_factory=dict)

    def json(self) -> Json:
        """A channel object, of the kind it is."""
        found: Json = {"id": self.id, "type": self.type, "last_message_id": self.last_message_id, "flags": 0}
        if self.type == DM:
            return {**found, "recipients": [user.json() for user in self.recipients]}
        found |= {
            "guild_id": self.guild_id,
            "name": self.name,
            "parent_id": self.parent_id,
            "rate_limit_per_user": self.slow,
        }
        return found | (self._thread_json() if self.type == THREAD else self._guild_channel_json())

    def _guild_channel_json(self) -> Json:
        found: Json = {
            "position": self.position,
            "topic": self.topic,
            "nsfw": False,
            "permission_overwrites": [
                {"id": who, "type": self.overwrite_kinds[who], "allow": str(int(o.allow)), "deny": str(int(o.deny))}
                for who, o in self.overwrites.items()
            ],
        }
        if self.type == FORUM:
            found |= {"available_tags": self.available_tags, "default_reaction_emoji": None, "default_sort_order": None}
            found |= {"default_forum_layout": 0, "default_thread_rate_limit_per_user": 0}
        return found

    def _thread_json(self) -> Json:
        return {
            "owner_id": self.owner_id,
            "applied_tags": self.applied_tags,
            "message_count": 0,
            "member_count": 1,
            "total_message_sent": 0,
            "thread_metadata": {
                "archived": self.archived,
                "locked": self.locked,
                "auto_archive_duration": 1440,
                "archive_timestamp": self.created_at,
                "create_timestamp": self.created_at,
            },
        }


@dataclass(slots=True)
class Guild:
    """A community: its roles, members and channels."""

    id: str
    name: str
    owner_id: str
    joined_at: str
    roles: dict[str, Role] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    locale: str = "en-US"
    system_channel_id: str | None = None
    public_updates_channel_id: str | None = None

    def json(self, *, viewer_id: str | None = None) -> Json:
        """A guild object; with a viewer it is the GUILD_CREATE of that bot, which sees no member but itself."""
        found: Json = {
            "id": self.id,
            "name": self.name,
            "owner_id": self.owner_id,
            "roles": [role.json() for role in self.roles.values()],
            "preferred_locale": self.locale,
            "icon": None,
            "splash": None,
            "banner": None,
            "description": None,
            "vanity_url_code": None,
            "afk_channel_id": None,
            "system_channel_id": self.system_channel_id,
            "rules_channel_id": None,
            "public_updates_channel_id": self.public_updates_channel_id,
        }
        found |= {key: [] for key in ("emojis", "stickers", "features")}
        found |= dict.fromkeys(("verification_level", "default_message_notifications", "explicit_content_filter"), 0)
        found |= dict.fromkeys(("mfa_level", "nsfw_level", "premium_tier", "system_channel_flags", "afk_timeout"), 0)
        if viewer_id is None:
            return found
        threads = [channel.json() for channel in self.channels.values() if channel.type == THREAD]
        found |= {
            "joined_at": self.joined_at,
            "large": False,
            "unavailable": False,
            "member_count": len(self.members),
            "members": [self.members[viewer_id].json()] if viewer_id in self.members else [],
            "channels": [channel.json() for channel in self.channels.values() if channel.type != THREAD],
            "threads": threads,
        }
        found |= {key: [] for key in ("presences", "voice_states", "stage_instances", "guild_scheduled_events")}
        return found
