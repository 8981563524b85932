"""REST: channels, their messages, threads, reactions, and channel webhooks being made."""

import secrets

from aiohttp import web

from .body import answer, body_of, nothing
from .errors import ApiError
from .permissions import Permission
from .posting import Posting
from .problems import Problems
from .shapes import ANNOUNCEMENT, FORUM, THREAD, Channel, Json
from .webhooks import Webhooks

CROSSPOSTED = 1 << 1
REACTIONS = "/channels/{channel}/messages/{message}/reactions"


class Channels:
    """What the bot does in channels, with the bot's permissions."""

    def __init__(self, posting: Posting, webhooks: Webhooks) -> None:
        self._posting = posting
        self._world = posting.world
        self._webhooks = webhooks

    def routes(self) -> list[web.RouteDef]:
        """All routes below /channels."""
        one, messages = "/channels/{channel}", "/channels/{channel}/messages"
        return [
            web.get(one, self.show),
            web.patch(one, self.change),
            web.delete(one, self.remove),
            web.post(f"{one}/typing", self.typing),
            web.post(f"{one}/threads", self.start_thread),
            web.post(f"{one}/webhooks", self.make_webhook),
            web.get(f"{one}/webhooks", self.list_webhooks),
            web.get(messages, self.list_messages),
            web.post(messages, self.send),
            web.get(f"{messages}/{{message}}", self.show_message),
            web.patch(f"{messages}/{{message}}", self.edit),
            web.delete(f"{messages}/{{message}}", self.delete),
            web.post(f"{messages}/{{message}}/crosspost", self.crosspost),
            web.post(f"{messages}/{{message}}/threads", self.start_thread),
            web.put(f"{REACTIONS}/{{emoji}}/@me", self.react),
            web.delete(f"{REACTIONS}/{{emoji}}/@me", self.react),
        ]

    # --- messages -----------------------------------------------------------------------------------------------

    async def send(self, request: web.Request) -> web.Response:
        """POST messages: as the bot."""
        body = body_of(request)
        return answer(self._posting.send(self._world.bot, self._channel(request), body.object(), body.uploads))

    async def list_messages(self, request: web.Request) -> web.Response:
        """GET messages: newest first, like Discord."""
        channel = self._readable(request)
        found = list(self._world.board.seen_by(channel.id, None))
        before, after = request.query.get("before"), request.query.get("after")
        if before:
            found = [message for message in found if int(message["id"]) < int(before)]
        if after:
            found = [message for message in found if int(message["id"]) > int(after)]
        limit = int(request.query.get("limit", "50"))
        if not 1 <= limit <= 100:
            problems = Problems(("limit",))
            problems.add("NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
            problems.raise_any()
        chosen = found[:limit] if after and not before else found[-limit:]
        return answer(chosen[::-1])

    async def show_message(self, request: web.Request) -> web.Response:
        """GET one message."""
        return answer(self._message(request, self._readable(request)))

    async def edit(self, request: web.Request) -> web.Response:
        """PATCH a message: only one's own, unless to hide its embeds."""
        body = body_of(request)
        channel = self._readable(request)
        message = self._message(request, channel)
        if message["author"]["id"] != self._world.bot.id:
            raise ApiError(50005)
        if channel.archived:
            raise ApiError(50083)
        return answer(self._posting.edit(message, body.object(), body.uploads))

    async def delete(self, request: web.Request) -> web.Response:
        """DELETE a message: one's own, or any with Manage Messages."""
        channel = self._readable(request)
        message = self._message(request, channel)
        is_own = message["author"]["id"] == self._world.bot.id
        if not is_own and not self._world.permissions(self._world.bot, channel) & Permission.MANAGE_MESSAGES:
            raise ApiError(50013)
        self._posting.delete(message)
        return nothing()

    async def crosspost(self, request: web.Request) -> web.Response:
        """POST crosspost: only in announcement channels."""
        channel = self._readable(request)
        if channel.type != ANNOUNCEMENT:
            raise ApiError(50024)
        message = self._message(request, channel)
        return answer(self._posting.replace({**message, "flags": message["flags"] | CROSSPOSTED}))

    async def react(self, request: web.Request) -> web.Response:
        """PUT or DELETE a reaction of the bot."""
        channel = self._readable(request)
        message = self._message(request, channel)
        name = request.match_info["emoji"]
        others = [item for item in message["reactions"] if item["emoji"]["name"] != name]
        added = [{"count": 1, "me": True, "emoji": {"id": None, "name": name}}] if request.method == "PUT" else []
        self._posting.replace({**message, "reactions": [*others, *added]})
        return nothing()

    # --- the channel itself -------------------------------------------------------------------------------------

    async def show(self, request: web.Request) -> web.Response:
        """GET a channel."""
        return answer(self._readable(request).json())

    async def change(self, request: web.Request) -> web.Response:
        """PATCH a channel or thread: name, topic, archived, locked."""
        channel, changes = self._readable(request), body_of(request).object()
        granted = self._world.permissions(self._world.bot, channel)
        is_own_thread = channel.type == THREAD and channel.owner_id == self._world.bot.id
        needed = Permission.MANAGE_THREADS if channel.type == THREAD else Permission.MANAGE_CHANNELS
        # Everybody who may write in it can wake an unlocked thread.
        is_waking = channel.type == THREAD and changes.keys() <= {"archived"} and not channel.locked
        if not (is_own_thread or is_waking or granted & needed):
            raise ApiError(50013)
        for key in ("name", "topic", "archived", "locked"):
            if key in changes:
                setattr(channel, key, changes[key])
        self._world.update_channel(channel)
        return answer(channel.json())

    async def remove(self, request: web.Request) -> web.Response:
        """DELETE a channel."""
        channel = self._readable(request)
        if not self._world.permissions(self._world.bot, channel) & Permission.MANAGE_CHANNELS:
            raise ApiError(50013)
        self._world.delete_channel(channel)
        return answer(channel.json())

    async def typing(self, request: web.Request) -> web.Response:
        """POST typing."""
        channel = self._channel(request)
        self._posting.may_send(self._world.bot, channel, {})
        now = int(self._world.now())
        data = {"channel_id": channel.id, "guild_id": channel.guild_id, "user_id": self._world.bot.id, "timestamp": now}
        self._world.emit("TYPING_START", data, channel.guild_id)
        return nothing()

    async def start_thread(self, request: web.Request) -> web.Response:
        """POST threads: below a text channel, from a message, or as a post (with its first message) in a forum."""
        body, channel = body_of(request), self._readable(request)
        payload, bot = body.object(), self._world.bot
        if channel.type in (FORUM, THREAD) and "message" not in payload:
            raise ApiError(50024)
        granted = self._world.permissions(bot, channel)
        needed = Permission.SEND_MESSAGES if channel.type == FORUM else Permission.CREATE_PUBLIC_THREADS
        if not granted & needed:
            raise ApiError(50013)
        problems = Problems()
        problems.at("name").text(payload.get("name"), most=100, least=1, required=True)
        problems.raise_any()
        thread_id = request.match_info.get("message")
        tags = [str(tag) for tag in payload.get("applied_tags") or []]
        thread = self._world.add_thread(str(payload["name"]), parent=channel, owner=bot, thread_id=thread_id, tags=tags)
        made: Json = {**thread.json(), "newly_created": True}
        if channel.type == FORUM:
            made["message"] = self._posting.send(bot, thread, payload["message"], body.uploads)
        return answer(made, status=201)

    # --- webhooks -----------------------------------------------------------------------------------------------

    async def make_webhook(self, request: web.Request) -> web.Response:
        """POST webhooks."""
        channel = self._may_manage_webhooks(request)
        name = str(body_of(request).object().get("name") or "webhook")
        return answer(self._webhooks.make(channel, name, secrets.token_urlsafe(50)))

    async def list_webhooks(self, request: web.Request) -> web.Response:
        """GET webhooks of a channel."""
        return answer(self._webhooks.of(self._may_manage_webhooks(request)))

    # --- inside -------------------------------------------------------------------------------------------------

    def _may_manage_webhooks(self, request: web.Request) -> Channel:
        channel = self._readable(request)
        if not self._world.permissions(self._world.bot, channel) & Permission.MANAGE_WEBHOOKS:
            raise ApiError(50013)
        return channel

    def _channel(self, request: web.Request) -> Channel:
        found = self._world.channels.get(request.match_info["channel"])
        if found is None:
            raise ApiError(10003)
        return found

    def _readable(self, request: web.Request) -> Channel:
        channel = self._channel(request)
        self._posting.may_see(self._world.bot, channel)
        return channel

    def _message(self, request: web.Request, channel: Channel) -> Json:
        kept = self._world.board.find(channel.id, request.match_info["message"])
        if kept.viewer is not None:
            # An ephemeral message exists only for its interaction.
            raise ApiError(10008)
        return kept.message
