"""The application's commands: global ones and each guild's own."""

from collections.abc import Iterator

from .checks_commands import check_command, check_commands
from .errors import ApiError
from .ids import Snowflakes
from .shapes import Json

CHAT_INPUT = 1
LIMITS = {1: 100, 2: 15, 3: 15}
"""How many commands of each type an application may have: slash, user menu, message menu."""


class Commands:
    """Keeps what the bot registered; a command keeps its id for as long as its name and type stay."""

    def __init__(self, snowflakes: Snowflakes) -> None:
        self._snowflakes = snowflakes
        self._scopes: dict[str | None, dict[str, Json]] = {}

    def of(self, guild_id: str | None) -> list[Json]:
        """The commands registered for exactly this guild, or globally."""
        return list(self._scopes.get(guild_id, {}).values())

    def visible_in(self, guild_id: str | None) -> Iterator[Json]:
        """What is offered in a guild (or, for None, in a direct message); a guild's own shadows the global one."""
        own = {(command["type"], command["name"]): command for command in self.of(guild_id)} if guild_id else {}
        yield from own.values()
        for command in self.of(None):
            if (command["type"], command["name"]) not in own and _is_offered(command, in_guild=guild_id is not None):
                yield command

    def replace(self, application_id: str, guild_id: str | None, payloads: list[Json]) -> list[Json]:
        """Register exactly these, or refuse them all."""
        check_commands(payloads)
        for kind, limit in LIMITS.items():
            if sum(payload.get("type", CHAT_INPUT) == kind for payload in payloads) > limit:
                raise ApiError(30032)
        kept = {(command["type"], command["name"]): command["id"] for command in self.of(guild_id)}
        made = [self._made(application_id, guild_id, payload, kept) for payload in payloads]
        self._scopes[guild_id] = {command["id"]: command for command in made}
        return made

    def put(self, application_id: str, guild_id: str | None, payload: Json) -> tuple[Json, bool]:
        """Register one; True when it is new, False when it replaced its namesake."""
        check_command(payload)
        kept = {(command["type"], command["name"]): command["id"] for command in self.of(guild_id)}
        is_new = (payload.get("type", CHAT_INPUT), payload["name"]) not in kept
        made = self._made(application_id, guild_id, payload, kept)
        self._scopes.setdefault(guild_id, {})[made["id"]] = made
        return made, is_new

    def find(self, guild_id: str | None, command_id: str) -> Json:
        """One command, or Discord's 10063."""
        command = self._scopes.get(guild_id, {}).get(command_id)
        if command is None:
            raise ApiError(10063)
        return command

    def edit(self, guild_id: str | None, command_id: str, changes: Json) -> Json:
        """Change parts of a command."""
        command = {**self.find(guild_id, command_id), **changes, "version": self._snowflakes.next()}
        check_command(command)
        self._scopes[guild_id][command_id] = command
        return command

    def remove(self, guild_id: str | None, command_id: str) -> None:
        """Unregister one."""
        self.find(guild_id, command_id)
        del self._scopes[guild_id][command_id]

    def _made(self, application_id: str, guild_id: str | None, payload: Json, kept: dict[tuple[int, str], str]) -> Json:
        kind = payload.get("type", CHAT_INPUT)
        permissions = payload.get("default_member_permissions")
        made = {
            "dm_permission": True,
            "nsfw": False,
            "contexts": None,
            "integration_types": [0],
            "options": [],
            **payload,
            "id": kept.get((kind, payload["name"])) or self._snowflakes.next(),
            "application_id": application_id,
            "version": self._snowflakes.next(),
            "type": kind,
            "description": payload.get("description") or "",
            "default_member_permissions": None if permissions is None else str(permissions),
        }
        return made if guild_id is None else {**made, "guild_id": guild_id}


def _is_offered(command: Json, *, in_guild: bool) -> bool:
    contexts = command.get("contexts")
    if contexts is None:
        return in_guild or command.get("dm_permission") is not False
    return (0 if in_guild else 1) in contexts
