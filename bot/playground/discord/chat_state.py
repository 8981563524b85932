"""What the chat page is told: the world as one person sees it, and each change to it."""

from .lab import Lab
from .shapes import DM, FORUM, THREAD, Channel, Guild, Json, User
from .slash import CHAT_INPUT, MESSAGE_MENU, Slash, in_language, leaves
from .world import Event, World

LAST_MESSAGES = 200
MESSAGE_KINDS = {"MESSAGE_CREATE": "message", "MESSAGE_UPDATE": "message", "MESSAGE_DELETE": "gone"}
STRUCTURE = ("CHANNEL_", "THREAD_", "GUILD_", "COMMANDS")


def snapshot(world: World, slash: Slash, lab: Lab, user: User) -> Json:
    """Everything the page shows, for this person."""
    channels = [channel for channel in world.channels.values() if _is_shown(world, user, channel)]
    return {
        "type": "state",
        "user": user.json(),
        "bot": world.bot.json(),
        "people": [person.json() for person in world.users.values() if not person.bot],
        "guilds": [_guild(guild) for guild in world.guilds.values() if user.id in guild.members],
        "channels": [_channel(channel) | lab.of_channel(channel) for channel in channels],
        "switches": lab.switches(),
        "me": {"takes_dms": user.takes_dms, "locale": user.locale},
        "commands": {channel.id: _commands(slash, user, channel) for channel in channels},
        "menus": {channel.id: _menus(slash, user, channel) for channel in channels},
        "messages": {channel.id: _messages(world, user, channel) for channel in channels},
    }


def page_event(world: World, event: Event, user: User) -> Json | None:
    """An event for the page, or None when it does not concern this person."""
    if event.kind.startswith(STRUCTURE):
        return {"type": "state"}
    if event.kind == "RUN":
        return {"type": "run", "run": event.data}
    channel = world.channels.get(event.data.get("channel_id", ""))
    if channel is None or not _is_shown(world, user, channel):
        return None
    kind = MESSAGE_KINDS.get(event.kind)
    return {"type": kind, "message": event.data, "is_new": event.kind == "MESSAGE_CREATE"} if kind else None


def _is_shown(world: World, user: User, channel: Channel) -> bool:
    return world.may_see(user, channel)


def _messages(world: World, user: User, channel: Channel) -> list[Json]:
    return list(world.board.seen_by(channel.id, user.id))[-LAST_MESSAGES:]


def _guild(guild: Guild) -> Json:
    return {
        "id": guild.id,
        "name": guild.name,
        "owner_id": guild.owner_id,
        "roles": [role.json() for role in guild.roles.values()],
        "members": {member.user.id: list(member.roles) for member in guild.members.values()},
        "users": [member.user.json() for member in guild.members.values()],
    }


def _channel(channel: Channel) -> Json:
    found: Json = {"id": channel.id, "type": channel.type, "guild_id": channel.guild_id, "name": channel.name}
    found |= {"topic": channel.topic, "parent_id": channel.parent_id, "is_direct": channel.type == DM}
    tags = {tag["id"]: tag["name"] for tag in channel.available_tags}
    return found | {
        "is_thread": channel.type == THREAD,
        "is_forum": channel.type == FORUM,
        "tags": tags,
        "applied": channel.applied_tags,
        "is_archived": channel.archived,
    }


def _commands(slash: Slash, user: User, channel: Channel) -> list[Json]:
    offered = [command for command in slash.offered(user, channel) if command["type"] == CHAT_INPUT]
    found = [leaf for command in offered for leaf in leaves(command, user.locale)]
    return [
        {
            "name": leaf.name,
            "shown": " ".join(leaf.shown),
            "description": leaf.description,
            "options": list(leaf.options),
        }
        for leaf in sorted(found, key=lambda leaf: leaf.words)
    ]


def _menus(slash: Slash, user: User, channel: Channel) -> list[Json]:
    menus = [command for command in slash.offered(user, channel) if command["type"] == MESSAGE_MENU]
    return [{"name": menu["name"], "shown": in_language(menu, user.locale)["shown"]} for menu in menus]
