"""Interactions: given to the bot, acknowledged within three seconds, answered within fifteen minutes."""

import asyncio
import secrets
from collections.abc import Callable, Sequence

from .checks import check_message
from .checks_commands import check_choices
from .checks_components import check_modal
from .compose import EPHEMERAL, LOADING, ONLY_USERS, Draft, Upload
from .errors import ApiError
from .posting import Posting
from .problems import Problems
from .runs import NO_ANSWER, Run, State
from .shapes import Channel, Json, User

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
ALLOWED = {
    COMMAND: {MESSAGE, DEFERRED, MODAL},
    COMPONENT: {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL},
    AUTOCOMPLETE: {CHOICES},
    MODAL_SUBMIT: {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE},
}
"""Which callback types answer which kind of interaction."""
SLASH_ANSWER, MENU_ANSWER = 20, 23
TOKEN_LIFE = 15 * 60.0

Dispatch = Callable[[str, Json, str | None], bool]


class Interactions:
    """Keeps every run by its token, and does what the bot's callbacks ask."""

    def __init__(self, posting: Posting, dispatch: Dispatch, *, deadline: float) -> None:
        self._posting = posting
        self._world = posting.world
        self._dispatch = dispatch
        self._deadline = deadline
        self._runs: dict[str, Run] = {}

    # --- towards the bot ----------------------------------------------------------------------------------------

    def start(
        self, kind: int, user: User, channel: Channel, data: Json, *, name: str = "", source: Json | None = None
    ) -> Run:
        """Hand an interaction to the bot; without a connected bot, or after the deadline, the run has failed."""
        world = self._world
        self._forget_old(world.now())
        run = Run(
            id=world.snowflakes.next(),
            token=secrets.token_urlsafe(48),
            kind=kind,
            user=user,
            channel=channel,
            name=name,
            board=world.board,
            started_at=world.now(),
            source=source,
            is_menu=kind == COMMAND and data.get("type", 1) != 1,
            on_change=self._changed,
        )
        self._runs[run.token] = run
        run.timer = asyncio.get_running_loop().call_later(self._deadline, self._expire, run)
        if not self._dispatch("INTERACTION_CREATE", self._payload(run, data), channel.guild_id):
            run.move(State.FAILED, error=NO_ANSWER)
        return run

    def _payload(self, run: Run, data: Json) -> Json:
        world, channel = self._world, run.channel
        guild = world.guild_of(channel)
        payload: Json = {
            "id": run.id,
            "application_id": world.bot.id,
            "type": run.kind,
            "token": run.token,
            "version": 1,
            "data": data,
            "channel_id": channel.id,
            "channel": {**channel.json(), "permissions": str(world.permissions(run.user, channel))},
            "app_permissions": str(world.permissions(world.bot, channel)),
            "locale": run.user.locale,
            "attachment_size_limit": 10 * 1024 * 1024,
            "entitlements": [],
            "context": 0 if guild is not None else 1,
            "authorizing_integration_owners": {"0": guild.id if guild is not None else "0"},
        }
        if run.source is not None:
            payload["message"] = run.source
        if guild is None:
            return {**payload, "user": run.user.json()}
        granted = str(world.permissions(run.user, channel))
        member = {**guild.members[run.user.id].json(), "permissions": granted}
        partial = {"id": guild.id, "locale": guild.locale, "features": []}
        return {**payload, "guild_id": guild.id, "guild": partial, "guild_locale": guild.locale, "member": member}

    def _forget_old(self, now: float) -> None:
        # Tokens die in the order they were made, and a playground may run for weeks.
        while self._runs and now - (oldest := next(iter(self._runs.values()))).started_at > 2 * TOKEN_LIFE:
            del self._runs[oldest.token]

    def _expire(self, run: Run) -> None:
        if run.state is State.SENT:
            run.move(State.FAILED, error=NO_ANSWER)

    # --- from the bot -------------------------------------------------------------------------------------------

    def acknowledge(self, interaction_id: str, token: str, payload: Json, uploads: Sequence[Upload]) -> Json:
        """The first answer: once, in time, and of a type that fits. Returns the callback response."""
        run = self._runs.get(token)
        if run is None or run.id != interaction_id or run.state is State.FAILED:
            raise ApiError(10062)
        if run.state is not State.SENT:
            raise ApiError(40060)
        kind, data = payload.get("type"), payload.get("data") or {}
        if kind not in ALLOWED[run.kind] or (kind in (DEFERRED_UPDATE, UPDATE) and run.source is None):
            problems = Problems(("type",))
            problems.add("BASE_TYPE_CHOICES", f'Value "{kind}" does not answer this interaction.')
            problems.raise_any()
        message = self._answer(run, int(str(kind)), data, uploads)
        return self._callback_response(run, int(str(kind)), message)

    def _answer(self, run: Run, kind: int, data: Json, uploads: Sequence[Upload]) -> Json | None:
        message: Json | None = None
        if kind == CHOICES:
            self._offer(run, data)
        elif kind == MODAL:
            check_modal(data)
            run.modal = data
            run.move(State.MODAL)
        elif kind == DEFERRED:
            message = self._reply(run, {"flags": int(data.get("flags") or 0) & EPHEMERAL | LOADING}, ())
            run.original_id = message["id"]
            run.move(State.THINKING)
        elif kind == MESSAGE:
            check_message(data, has_files=bool(uploads))
            message = self._reply(run, data, uploads)
            run.original_id = message["id"]
            run.move(State.ANSWERED)
        else:
            message = self._update_source(run, data, uploads, is_deferred=kind == DEFERRED_UPDATE)
        return message

    def _update_source(self, run: Run, data: Json, uploads: Sequence[Upload], *, is_deferred: bool) -> Json:
        source = self._world.board.look_up((run.source or {})["id"]).message
        run.original_id = source["id"]
        if is_deferred:
            run.move(State.ACKNOWLEDGED)
            return source
        changed = self._posting.edit(source, data, uploads)
        run.move(State.ANSWERED)
        return changed

    def original(self, token: str) -> Json:
        """The answer a token stands for."""
        return self.message(token, "@original")

    def message(self, token: str, message_id: str) -> Json:
        """A message of this interaction: `@original` or a follow-up."""
        run = self.run(token)
        wanted = run.original_id if message_id == "@original" else message_id
        if wanted is None or wanted not in (run.original_id, *run.follow_up_ids):
            raise ApiError(10008)
        return self._world.board.find(run.channel.id, wanted).message

    def edit(self, token: str, message_id: str, payload: Json, uploads: Sequence[Upload]) -> Json:
        """Change the answer or a follow-up; a "thinking" answer becomes the real one, unmarked."""
        run, message = self.run(token), self.message(token, message_id)
        was_loading = bool(message["flags"] & LOADING)
        flags = message["flags"] & ~LOADING | (int(payload.get("flags") or 0) & (1 << 15 | 1 << 2))
        changed = self._posting.edit(message, payload, uploads, mark=not was_loading, flags=flags)
        if message["id"] == run.original_id:
            run.move(State.ANSWERED)
        return changed

    def delete(self, token: str, message_id: str) -> None:
        """Remove the answer or a follow-up."""
        run = self.run(token)
        self._posting.delete(self.message(token, message_id))
        run.move(State.ANSWERED)

    def follow_up(self, token: str, payload: Json, uploads: Sequence[Upload]) -> Json:
        """One more message. While the answer is still "thinking", the first one takes its place."""
        run = self.run(token)
        check_message(payload, has_files=bool(uploads))
        original = run.response
        if original is not None and original["flags"] & LOADING:
            return self.edit(token, "@original", {**payload, "flags": original["flags"]}, uploads)
        message = self._reply(run, payload, uploads)
        run.follow_up_ids.append(message["id"])
        run.move(State.ANSWERED)
        return message

    def run(self, token: str) -> Run:
        """An acknowledged interaction whose token still holds."""
        run = self._runs.get(token)
        if run is None or not run.is_acknowledged:
            raise ApiError(10015)
        if self._world.now() - run.started_at > TOKEN_LIFE:
            raise ApiError(50027)
        return run

    # --- inside -------------------------------------------------------------------------------------------------

    def _offer(self, run: Run, data: Json) -> None:
        problems = Problems(("data", "choices"))
        choices = problems.objects(data.get("choices"), most=25)
        check_choices(problems, choices, is_text=all(isinstance(choice.get("value"), str) for choice in choices))
        problems.raise_any()
        run.choices = choices
        run.move(State.CHOICES)

    def _reply(self, run: Run, payload: Json, uploads: Sequence[Upload]) -> Json:
        world = self._world
        flags = int(payload.get("flags") or 0)
        metadata = {"id": run.id, "type": run.kind, "user": run.user.json(), "authorizing_integration_owners": {}}
        extra: Json = {"application_id": world.bot.id, "webhook_id": world.bot.id, "interaction_metadata": metadata}
        kind = 0
        if run.kind == COMMAND and run.original_id is None:
            kind = MENU_ANSWER if run.is_menu else SLASH_ANSWER
            extra["interaction"] = {"id": run.id, "type": run.kind, "name": run.name, "user": run.user.json()}
        allowed = payload.get("allowed_mentions") or ONLY_USERS
        draft = Draft({**payload, "allowed_mentions": allowed}, world.bot, run.channel, uploads, kind=kind, extra=extra)
        return self._posting.post(draft, viewer=run.user.id if flags & EPHEMERAL else None)

    def _callback_response(self, run: Run, kind: int, message: Json | None) -> Json:
        interaction: Json = {"id": run.id, "type": run.kind, "channel_id": run.channel.id}
        if message is None:
            return {"interaction": interaction}
        interaction |= {
            "response_message_id": message["id"],
            "response_message_loading": bool(message["flags"] & LOADING),
            "response_message_ephemeral": bool(message["flags"] & EPHEMERAL),
        }
        return {"interaction": interaction, "resource": {"type": kind, "message": message}}

    def _changed(self, run: Run) -> None:
        self._world.emit("RUN", run.json(), run.channel.guild_id, viewer=run.user.id)
