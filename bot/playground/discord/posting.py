"""Sending, editing and deleting messages: what is allowed, what repeats, who is told."""

from collections.abc import Sequence

from .checks import MAY_SET, check_message
from .compose import Draft, Files, Upload, compose, edited
from .errors import ApiError
from .ids import iso
from .permissions import Permission
from .problems import Problems
from .shapes import DM, FORUM, TEXT_LIKE, THREAD, Channel, Json, User
from .world import World

REPLY = 19


class Posting:
    """The one place where messages are made and changed."""

    def __init__(self, world: World, files: Files) -> None:
        self.world = world
        self.files = files

    def send(self, author: User, channel: Channel, payload: Json, uploads: Sequence[Upload] = ()) -> Json:
        """Post as a member; a repeated enforced nonce returns the message that is already there."""
        self.may_send(author, channel, payload, has_files=bool(uploads))
        check_message(payload, has_files=bool(uploads))
        nonce = payload.get("nonce")
        if payload.get("enforce_nonce") and nonce is not None:
            repeated = self.world.board.repeated(author.id, str(nonce))
            if repeated is not None:
                return repeated
        self._in_slow_mode(author, channel)
        reference = self._reference(channel, payload)
        allowed = {**payload, "flags": int(payload.get("flags") or 0) & MAY_SET & ~64}
        kind = REPLY if reference else 0
        message = self.post(Draft(allowed, author, channel, uploads, kind=kind, extra=reference))
        if nonce is not None:
            self.world.board.remember_nonce(author.id, str(nonce), message)
        return message

    def post(self, draft: Draft, *, viewer: str | None = None) -> Json:
        """Make the message and tell everybody who may see it."""
        message = compose(self.world, self.files, draft)
        self.world.board.put(message, viewer=viewer)
        if viewer is None:
            draft.channel.last_message_id = message["id"]
        self._tell("MESSAGE_CREATE", draft.channel, message, viewer)
        return message

    def edit(
        self,
        message: Json,
        payload: Json,
        uploads: Sequence[Upload] = (),
        *,
        mark: bool = True,
        flags: int | None = None,
    ) -> Json:
        """Change a message; `mark` shows it as edited."""
        changed = edited(self.files, message, payload, uploads)
        if flags is not None:
            changed["flags"] = flags
        check_message({**changed, "nonce": None}, has_files=bool(uploads), may_be_empty=False)
        if mark:
            changed["edited_timestamp"] = iso(self.world.now())
        return self.replace(changed)

    def replace(self, message: Json) -> Json:
        """Keep a newer state of a message, and tell."""
        channel = self.world.channel(message["channel_id"])
        viewer = self.world.board.find(channel.id, message["id"]).viewer
        self.world.board.put(message, viewer=viewer)
        self._tell("MESSAGE_UPDATE", channel, message, viewer)
        return message

    def delete(self, message: Json) -> None:
        """Remove a message, and tell."""
        kept = self.world.board.remove(message["channel_id"], message["id"])
        channel = self.world.channel(message["channel_id"])
        gone = {"id": message["id"], "channel_id": channel.id}
        if channel.guild_id is not None:
            gone["guild_id"] = channel.guild_id
        self.world.emit("MESSAGE_DELETE", gone, channel.guild_id, viewer=kept.viewer)

    def may_send(self, author: User, channel: Channel, payload: Json, *, has_files: bool = False) -> None:
        """Refuse as Discord does when the author must not post this here."""
        if channel.type == DM:
            self._may_dm(channel)
            return
        if channel.type == FORUM or channel.type not in TEXT_LIKE:
            raise ApiError(50008)
        granted = self.world.permissions(author, channel)
        if not granted & Permission.VIEW_CHANNEL:
            raise ApiError(50001)
        needed = Permission.SEND_MESSAGES_IN_THREADS if channel.type == THREAD else Permission.SEND_MESSAGES
        needed |= Permission.EMBED_LINKS if payload.get("embeds") else 0
        needed |= Permission.ATTACH_FILES if has_files else 0
        if granted & needed != needed:
            raise ApiError(50013)
        if channel.locked and not granted & Permission.MANAGE_THREADS:
            raise ApiError(160005)
        if channel.archived:
            raise ApiError(50083)

    def may_see(self, user: User, channel: Channel) -> None:
        """Refuse with 50001 when the channel is hidden from the user."""
        if not self.world.may_see(user, channel):
            raise ApiError(50001)

    def _in_slow_mode(self, author: User, channel: Channel) -> None:
        """Refuse whoever wrote here just now; those who manage messages or the channel are exempt."""
        exempt = Permission.MANAGE_MESSAGES | Permission.MANAGE_CHANNELS
        if not channel.slow or self.world.permissions(author, channel) & exempt:
            return
        now = self.world.now()
        left = channel.slow - (now - channel.written.get(author.id, now - channel.slow))
        if left > 0:
            headers = {"Via": "1.1 google", "Retry-After": str(max(1, round(left))), "X-RateLimit-Scope": "user"}
            raise ApiError(20016, headers=headers, more={"retry_after": round(left, 3), "global": False})
        channel.written[author.id] = now

    def _may_dm(self, channel: Channel) -> None:
        person = channel.recipients[0]
        if not any({person.id, self.world.bot.id} <= set(guild.members) for guild in self.world.guilds.values()):
            raise ApiError(50278)
        if not person.takes_dms:
            raise ApiError(50007)

    def _reference(self, channel: Channel, payload: Json) -> Json | None:
        reference = payload.get("message_reference")
        if not isinstance(reference, dict):
            return None
        try:
            answered = self.world.board.find(channel.id, str(reference.get("message_id"))).message
        except ApiError:
            if reference.get("fail_if_not_exists") is False:
                return None
            problems = Problems(("message_reference",))
            problems.add("REPLIES_UNKNOWN_MESSAGE", "Unknown message")
            problems.raise_any()
            raise
        pointer = {"type": 0, "channel_id": channel.id, "message_id": answered["id"], "guild_id": channel.guild_id}
        return {"message_reference": pointer, "referenced_message": answered}

    def _tell(self, kind: str, channel: Channel, message: Json, viewer: str | None) -> None:
        data = {**message, "channel_type": channel.type}
        guild = self.world.guild_of(channel)
        if guild is not None:
            data["guild_id"] = guild.id
            member = guild.members.get(message["author"]["id"])
            if member is not None and not message.get("webhook_id"):
                data["member"] = member.json(with_user=False)
        self.world.emit(kind, data, channel.guild_id, viewer=viewer)
