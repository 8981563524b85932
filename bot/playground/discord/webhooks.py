"""Channel webhooks: an address with a secret that posts into one channel."""

from collections.abc import Sequence

from .checks import check_message
from .compose import Draft, Upload
from .errors import ApiError
from .posting import Posting
from .shapes import FORUM, Channel, Json, User


class Webhooks:
    """Makes webhooks and posts as them. There is no nonce here: a repeated send posts twice, as at Discord."""

    def __init__(self, posting: Posting) -> None:
        self._posting = posting
        self._world = posting.world
        self._kept: dict[str, Json] = {}

    def make(self, channel: Channel, name: str, token: str) -> Json:
        """A new webhook for a channel."""
        made: Json = {
            "id": self._world.snowflakes.next(),
            "type": 1,
            "guild_id": channel.guild_id,
            "channel_id": channel.id,
            "name": name,
            "avatar": None,
            "token": token,
            "application_id": self._world.bot.id,
            "user": self._world.bot.json(),
        }
        self._kept[made["id"]] = made
        return made

    def of(self, channel: Channel) -> list[Json]:
        """The webhooks of a channel."""
        return [webhook for webhook in self._kept.values() if webhook["channel_id"] == channel.id]

    def find(self, webhook_id: str, token: str | None) -> Json:
        """A webhook: 10015 when it is gone, 50027 when the secret is wrong."""
        webhook = self._kept.get(webhook_id)
        if webhook is None or webhook["channel_id"] not in self._world.channels:
            raise ApiError(10015)
        if token is not None and webhook["token"] != token:
            raise ApiError(50027)
        return webhook

    def remove(self, webhook_id: str, token: str | None) -> None:
        """Delete a webhook."""
        self.find(webhook_id, token)
        del self._kept[webhook_id]

    def send(self, webhook: Json, payload: Json, uploads: Sequence[Upload], *, thread_id: str | None) -> Json:
        """Post as the webhook, under the name it is given for this message."""
        check_message(payload, has_files=bool(uploads))
        name = str(payload.get("username") or webhook["name"])
        author = User(webhook["id"], name, name, bot=True)
        channel = self._place(webhook, payload, author, thread_id)
        return self._posting.post(Draft(payload, author, channel, uploads, extra={"webhook_id": webhook["id"]}))

    def message(self, webhook: Json, message_id: str) -> Json:
        """A message this webhook sent."""
        message = self._world.board.look_up(message_id).message
        if message.get("webhook_id") != webhook["id"]:
            raise ApiError(10008)
        return message

    def edit(self, webhook: Json, message_id: str, payload: Json, uploads: Sequence[Upload]) -> Json:
        """Change a message this webhook sent."""
        return self._posting.edit(self.message(webhook, message_id), payload, uploads)

    def delete(self, webhook: Json, message_id: str) -> None:
        """Remove a message this webhook sent."""
        self._posting.delete(self.message(webhook, message_id))

    def _place(self, webhook: Json, payload: Json, author: User, thread_id: str | None) -> Channel:
        channel = self._world.channel(thread_id or webhook["channel_id"])
        if channel.type == FORUM:
            if not payload.get("thread_name"):
                raise ApiError(50024)
            return self._world.add_thread(str(payload["thread_name"]), parent=channel, owner=author)
        return channel
