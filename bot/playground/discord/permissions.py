"""What a member may do where: Discord's permission arithmetic."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntFlag


class Permission(IntFlag):
    """The permissions this server looks at."""

    CREATE_INSTANT_INVITE = 1 << 0
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    CHANGE_NICKNAME = 1 << 26
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38


ALL = (1 << 51) - 1

EVERYONE = (
    Permission.CREATE_INSTANT_INVITE
    | Permission.ADD_REACTIONS
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.CHANGE_NICKNAME
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
)
"""What @everyone may do in a fresh guild."""

WITHOUT_SENDING = ~(
    Permission.SEND_MESSAGES | Permission.EMBED_LINKS | Permission.ATTACH_FILES | Permission.MENTION_EVERYONE
)


@dataclass(slots=True)
class Overwrite:
    """What a channel takes from or gives to one role or member."""

    allow: int = 0
    deny: int = 0


def base(everyone: int, roles: Iterable[int], *, is_owner: bool) -> int:
    """What a member may do in the guild, before any channel has its say."""
    together = everyone
    for granted in roles:
        together |= granted
    return ALL if is_owner or together & Permission.ADMINISTRATOR else together


def in_channel(
    granted: int, overwrites: Mapping[str, Overwrite], *, everyone_id: str, role_ids: Iterable[str], user_id: str
) -> int:
    """What is left in a channel: @everyone's overwrite first, then the roles together, then the member's own."""
    if granted & Permission.ADMINISTRATOR:
        return ALL
    layers = [
        [overwrites.get(everyone_id)],
        [overwrites.get(role_id) for role_id in role_ids],
        [overwrites.get(user_id)],
    ]
    for layer in layers:
        present = [overwrite for overwrite in layer if overwrite is not None]
        for overwrite in present:
            granted &= ~overwrite.deny
        for overwrite in present:
            granted |= overwrite.allow
    return without_implied(granted)


def without_implied(granted: int) -> int:
    """Who cannot see a channel can do nothing in it; who cannot write cannot embed, attach or ping."""
    if not granted & Permission.VIEW_CHANNEL:
        return 0
    if not granted & Permission.SEND_MESSAGES:
        return granted & WITHOUT_SENDING
    return granted
