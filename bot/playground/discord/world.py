"""The world behind the server: guilds, channels, people, messages, commands. Tests change it; listeners hear of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from . import permissions
from .board import Board
from .commands import Commands
from .errors import ApiError
from .ids import Snowflakes, Time, iso, stable
from .permissions import EVERYONE, Overwrite, Permission
from .shapes import DM, TEXT, THREAD, Channel, Guild, Json, Member, Role, User


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened. `viewer` is set when one person only may know."""

    kind: str
    data: Json
    guild_id: str | None = None
    viewer: str | None = None


PAGE_ONLY = frozenset({"RUN", "COMMANDS"})
"""Kinds of events that the chat page hears of, and no gateway client."""

_LONG_AGO = 30 * 86_400.0  # seconds

Listener = Callable[[Event], None]


class World:
    """One guild "Playground" with #general and #deals, a bot, and two people: `admin` (owner) and `member`."""

    def __init__(self, now: Time, *, bot_name: str = "Hardware Sentry", nonce_window: float = 180.0) -> None:
        self.now = now
        self.snowflakes = Snowflakes(now)
        self.board = Board(now, nonce_window=nonce_window)
        self.commands = Commands(self.snowflakes)
        self.listeners: list[Listener] = []
        self.guilds: dict[str, Guild] = {}
        self.channels: dict[str, Channel] = {}
        self.users: dict[str, User] = {}
        self._made = 0
        self._founding: set[str] = set()
        self.bot = self.add_user(bot_name, bot=True)
        self.admin = self.add_user("admin", display="Admin")
        self.member = self.add_user("member", display="Member")
        self.guild = self.add_guild("Playground", channels=("general", "deals"), members=(self.member,))
        self.deal_hunters = self.add_role("deal-hunters", mentionable=True, color=0xE67E22)
        self.guild.members[self.member.id].roles.append(self.deal_hunters.id)

    # --- changing the world -------------------------------------------------------------------------------------

    def add_user(self, name: str, *, display: str | None = None, bot: bool = False, guild: Guild | None = None) -> User:
        """A new person, a member of the guild if one is given."""
        user = User(self._stable(), name, display or name, bot=bot)
        self.users[user.id] = user
        if guild is not None:
            self.join(user, guild)
        return user

    def join(self, user: User, guild: Guild, *, roles: Iterable[Role] = ()) -> Member:
        """Make the user a member."""
        member = Member(user, [role.id for role in roles], iso(self.now()))
        guild.members[user.id] = member
        return member

    def add_guild(
        self,
        name: str,
        *,
        channels: Iterable[str] = ("general",),
        members: Iterable[User] = (),
        owner: User | None = None,
    ) -> Guild:
        """A new guild with the bot in it; a connected bot is told at once."""
        guild = Guild(self._stable(), name, (owner or self.admin).id, iso(self.now()))
        guild.roles[guild.id] = Role(guild.id, "@everyone", EVERYONE)
        self.guilds[guild.id] = guild
        self._founding.add(guild.id)  # one GUILD_CREATE tells it all
        own = self.add_role(self.bot.name, guild=guild, permissions=int(EVERYONE), managed=True)
        # Long ago: whom it has joined only just, a bot that starts may greet.
        self.join(self.bot, guild, roles=[own]).joined_at = iso(self.now() - _LONG_AGO)
        for user in (owner or self.admin, *members):
            self.join(user, guild)
        for channel in channels:
            self.add_channel(channel, guild=guild)
        self._founding.discard(guild.id)
        # Without `unavailable`: that is how a client tells a new guild from one that came back.
        joined = {key: value for key, value in guild.json(viewer_id=self.bot.id).items() if key != "unavailable"}
        self.emit("GUILD_CREATE", joined, guild.id)
        return guild

    def remove_guild(self, guild: Guild) -> None:
        """The bot was thrown out, or the guild is gone."""
        for channel in list(guild.channels.values()):
            self.channels.pop(channel.id, None)
            self.board.drop_channel(channel.id)
        del self.guilds[guild.id]
        self.emit("GUILD_DELETE", {"id": guild.id}, guild.id)

    def update_guild(self, guild: Guild | None = None) -> None:
        """Tell everybody that a guild changed."""
        owner = guild or self.guild
        self.emit("GUILD_UPDATE", owner.json(), owner.id)

    def add_role(
        self,
        name: str,
        *,
        guild: Guild | None = None,
        permissions: int = 0,
        mentionable: bool = False,
        color: int = 0,
        managed: bool = False,
    ) -> Role:
        """A new role."""
        owner = guild or self.guild
        role = Role(self._stable(), name, permissions, color, mentionable, managed, position=len(owner.roles))
        owner.roles[role.id] = role
        self.emit("GUILD_ROLE_CREATE", {"guild_id": owner.id, "role": role.json()}, owner.id)
        return role

    def update_role(self, role: Role, *, guild: Guild | None = None) -> None:
        """Tell everybody that a role changed."""
        owner = guild or self.guild
        self.emit("GUILD_ROLE_UPDATE", {"guild_id": owner.id, "role": role.json()}, owner.id)

    def give(self, user: User, role: Role, *, guild: Guild | None = None) -> None:
        """Give a member a role; a bot hears of its own."""
        owner = guild or self.guild
        member = owner.members[user.id]
        member.roles.append(role.id)
        if user.id == self.bot.id:
            self.emit("GUILD_MEMBER_UPDATE", {"guild_id": owner.id, **member.json()}, owner.id)

    def add_channel(
        self, name: str, *, guild: Guild | None = None, kind: int = TEXT, topic: str | None = None
    ) -> Channel:
        """A new channel in a guild."""
        owner = guild or self.guild
        channel = Channel(self._stable(), name, kind, owner.id, position=len(owner.channels), topic=topic)
        return self._place(channel, "CHANNEL_CREATE")

    def add_thread(
        self, name: str, *, parent: Channel, owner: User, thread_id: str | None = None, tags: Iterable[str] = ()
    ) -> Channel:
        """A thread below a channel, or a post in a forum."""
        made = thread_id or self.snowflakes.next()
        thread = Channel(made, name, THREAD, parent.guild_id, parent_id=parent.id, owner_id=owner.id)
        thread.created_at, thread.applied_tags = iso(self.now()), list(tags)
        return self._place(thread, "THREAD_CREATE")

    def delete_channel(self, channel: Channel | str) -> None:
        """Remove a channel with its messages; from now on it is 10003."""
        gone = self.channel(channel)
        self.channels.pop(gone.id)
        self.board.drop_channel(gone.id)
        if gone.guild_id is not None:
            self.guilds[gone.guild_id].channels.pop(gone.id)
        self.emit("THREAD_DELETE" if gone.type == THREAD else "CHANNEL_DELETE", gone.json(), gone.guild_id)

    def update_channel(self, channel: Channel) -> None:
        """Tell everybody that a channel changed."""
        self.emit("THREAD_UPDATE" if channel.type == THREAD else "CHANNEL_UPDATE", channel.json(), channel.guild_id)

    def open_dm(self, user: User | str) -> Channel:
        """The channel between the bot and one person, made on first use."""
        person = self.user(user)
        for channel in self.channels.values():
            if channel.type == DM and channel.recipients[0].id == person.id:
                return channel
        return self._place(Channel(self._stable(), person.name, DM, recipients=[person]), "CHANNEL_CREATE")

    def deny(self, channel: Channel | str, who: User | Role, denied: int) -> None:
        """Take permissions away from a user or role in one channel."""
        self._overwrite(channel, who).deny |= denied
        self.update_channel(self.channel(channel))

    def allow(self, channel: Channel | str, who: User | Role, allowed: int) -> None:
        """Give permissions (back) to a user or role in one channel."""
        overwrite = self._overwrite(channel, who)
        overwrite.allow |= allowed
        overwrite.deny &= ~allowed
        self.update_channel(self.channel(channel))

    # --- looking things up --------------------------------------------------------------------------------------

    def user(self, who: User | str) -> User:
        """A user by object, id or name."""
        if isinstance(who, User):
            return who
        for user in self.users.values():
            if who in (user.id, user.name):
                return user
        raise ApiError(10013)

    def channel(self, which: Channel | str) -> Channel:
        """A channel by object, id or name (`deals`, `#deals`); a deleted one is 10003."""
        key = which.id if isinstance(which, Channel) else str(which)
        if key in self.channels:
            return self.channels[key]
        for channel in self.channels.values():
            if channel.type != DM and channel.name == key.removeprefix("#"):
                return channel
        raise ApiError(10003)

    def guild_of(self, channel: Channel) -> Guild | None:
        """The guild a channel is in; none for a direct message."""
        return self.guilds.get(channel.guild_id) if channel.guild_id is not None else None

    def permissions(self, user: User, channel: Channel) -> int:
        """What the user may do in the channel."""
        guild = self.guild_of(channel)
        if guild is None:
            return int(EVERYONE)
        member = guild.members.get(user.id)
        if member is None:
            return 0
        place = guild.channels.get(channel.parent_id or "", channel) if channel.type == THREAD else channel
        roles = [guild.roles[role_id].permissions for role_id in member.roles if role_id in guild.roles]
        granted = permissions.base(guild.roles[guild.id].permissions, roles, is_owner=guild.owner_id == user.id)
        return permissions.in_channel(
            granted, place.overwrites, everyone_id=guild.id, role_ids=member.roles, user_id=user.id
        )

    def may_see(self, user: User, channel: Channel) -> bool:
        """Whether a channel is shown to a user."""
        if channel.type == DM:
            return user.bot or channel.recipients[0].id == user.id
        return bool(self.permissions(user, channel) & Permission.VIEW_CHANNEL)

    def messages(self, channel: Channel | str, *, viewer: User | str | None = None) -> list[Json]:
        """The messages of a channel, oldest first; ephemeral ones only for their viewer."""
        return list(self.board.seen_by(self.channel(channel).id, self.user(viewer).id if viewer else None))

    def emit(self, kind: str, data: Json, guild_id: str | None = None, *, viewer: str | None = None) -> None:
        """Tell every listener."""
        if guild_id in self._founding:
            return
        for listener in list(self.listeners):
            listener(Event(kind, data, guild_id, viewer))

    # --- inside -------------------------------------------------------------------------------------------------

    def _stable(self) -> str:
        self._made += 1
        return stable(self._made)

    def _place(self, channel: Channel, kind: str) -> Channel:
        self.channels[channel.id] = channel
        if channel.guild_id is not None:
            self.guilds[channel.guild_id].channels[channel.id] = channel
        self.emit(kind, channel.json(), channel.guild_id)
        return channel

    def _overwrite(self, channel: Channel | str, who: User | Role) -> Overwrite:
        place = self.channel(channel)
        place.overwrite_kinds[who.id] = 1 if isinstance(who, User) else 0
        return place.overwrites.setdefault(who.id, Overwrite())
