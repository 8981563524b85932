"""One option's value as the bot gets it: converted to its type, checked like Discord's client checks it."""

from collections.abc import Sequence
from typing import Any

from .compose import Files, Upload
from .shapes import Channel, Guild, Json, User
from .world import World

STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = 3, 4, 5, 6, 7, 8, 9, 10, 11
TRUE, FALSE = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}


class Resolver:
    """Converts values, and gathers the objects behind ids for the `resolved` part."""

    def __init__(self, world: World, files: Files, asker: User, channel: Channel) -> None:
        self._world = world
        self._files = files
        self._asker = asker
        self._channel = channel
        self._guild = world.guild_of(channel)
        self.resolved: Json = {}

    def value(self, option: Json, value: Any) -> Any:
        """The value for this option; ValueError says what is wrong with it."""
        choices = option.get("choices") or []
        for choice in choices:
            if value in (choice["value"], choice["name"]) or str(value) == str(choice["value"]):
                return choice["value"]
        if choices:
            raise ValueError("pick one of: " + ", ".join(str(choice["name"]) for choice in choices))
        kind = option["type"]
        if kind == STRING:
            return _text(option, str(value))
        if kind in (INTEGER, NUMBER):
            return _number(option, value, is_whole=kind == INTEGER)
        if kind == BOOLEAN:
            return _boolean(value)
        if kind == ATTACHMENT:
            return self._attachment(value)
        return self.snowflake(kind, str(value), allowed=option.get("channel_types") or [])

    def snowflake(self, kind: int, value: str, *, allowed: Sequence[int] = ()) -> str:
        """The id behind a name, mention or id of a user, role or channel."""
        if kind in (ROLE, MENTIONABLE) and (found := self._role(value)):
            return found
        if kind in (USER, MENTIONABLE) and (found := self._user(value)):
            return found
        if kind == CHANNEL and (found := self._place(value, allowed)):
            return found
        raise ValueError(f"nothing here is called {value}")

    def _role(self, value: str) -> str | None:
        key = value.strip("<@&>")
        for role in self._guild.roles.values() if self._guild is not None else ():
            if key in (role.id, role.name, role.name.removeprefix("@")):
                self.resolved.setdefault("roles", {})[role.id] = role.json()
                return role.id
        return None

    def _user(self, value: str) -> str | None:
        key = value.strip("<@!>")
        for user in self._world.users.values():
            if key in (user.id, user.name, user.display) and self._is_here(self._guild, user.id):
                self.resolved.setdefault("users", {})[user.id] = user.json()
                if self._guild is not None:
                    member = self._guild.members[user.id].json(with_user=False)
                    member["permissions"] = str(self._world.permissions(user, self._channel))
                    self.resolved.setdefault("members", {})[user.id] = member
                return user.id
        return None

    def _is_here(self, guild: Guild | None, user_id: str) -> bool:
        return guild is None or user_id in guild.members

    def _place(self, value: str, allowed: Sequence[int]) -> str | None:
        key = value.strip("<#>")
        for channel in self._guild.channels.values() if self._guild is not None else ():
            if key in (channel.id, channel.name):
                if allowed and channel.type not in allowed:
                    raise ValueError(f"#{channel.name} is not the kind of channel asked for")
                permissions = str(self._world.permissions(self._asker, channel))
                self.resolved.setdefault("channels", {})[channel.id] = {**channel.json(), "permissions": permissions}
                return channel.id
        return None

    def _attachment(self, value: Any) -> str:
        upload = value if isinstance(value, Upload) else Upload(str(value[0]), "", bytes(value[1]))
        made = self._files.keep(self._channel.id, [upload])[0]
        self.resolved.setdefault("attachments", {})[made["id"]] = made
        return str(made["id"])


def _text(option: Json, value: str) -> str:
    least, most = option.get("min_length") or 0, option.get("max_length") or 6000
    if not least <= len(value) <= most:
        raise ValueError(f"must be between {least} and {most} characters long")
    return value


def _number(option: Json, value: Any, *, is_whole: bool) -> int | float:
    try:
        number = int(str(value)) if is_whole else float(value)
    except (TypeError, ValueError):
        raise ValueError("must be a whole number" if is_whole else "must be a number") from None
    least, most = option.get("min_value"), option.get("max_value")
    if least is not None and number < least:
        raise ValueError(f"must be at least {least}")
    if most is not None and number > most:
        raise ValueError(f"must be at most {most}")
    return number


def _boolean(value: Any) -> bool:
    word = str(value).lower()
    if word not in TRUE | FALSE:
        raise ValueError("must be true or false")
    return word in TRUE
