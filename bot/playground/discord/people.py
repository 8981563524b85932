"""What people do: type commands, press buttons, fill in modals, write. The chat page and the tests both act here."""

from collections.abc import Mapping, Sequence
from typing import Any

from .checks_components import SELECTS, STRING_SELECT, walk
from .errors import ApiError, Refused
from .interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT, Interactions
from .modal import KIND_OF_SELECT, filled_modal
from .posting import Posting
from .resolve import Resolver
from .runs import Run, State
from .shapes import Channel, Json, User
from .slash import MESSAGE_MENU, USER_MENU, Slash

LINK = 5


class People:
    """Acts as a person would with Discord's client; Refused is what that client would not let them do."""

    def __init__(self, posting: Posting, interactions: Interactions, slash: Slash) -> None:
        self._posting = posting
        self._world = posting.world
        self._interactions = interactions
        self._slash = slash

    def slash(self, user: User, channel: Channel, name: str, values: Mapping[str, Any]) -> Run:
        """Send a slash command by its words."""
        self._sees(user, channel)
        leaf = self._slash.find(user, channel, name)
        data = self._slash.fill(user, channel, leaf, values, focused=None)
        return self._interactions.start(COMMAND, user, channel, data, name=leaf.name)

    def line(self, user: User, channel: Channel, line: str) -> Run:
        """Send a slash command as typed."""
        self._sees(user, channel)
        leaf, values = self._slash.parse(user, channel, line)
        return self.slash(user, channel, leaf.name, values)

    def autocomplete(self, user: User, channel: Channel, name: str, values: Mapping[str, Any], focused: str) -> Run:
        """Ask the bot for choices."""
        leaf = self._slash.find(user, channel, name)
        data = self._slash.fill(user, channel, leaf, values, focused=focused)
        return self._interactions.start(AUTOCOMPLETE, user, channel, data, name=leaf.name)

    def message_menu(self, user: User, message: Json | str, name: str) -> Run:
        """Use a message's context menu."""
        found, channel = self.message(user, message)
        data = self._slash.menu(user, channel, name, found, kind=MESSAGE_MENU)
        return self._interactions.start(COMMAND, user, channel, data, name=name)

    def user_menu(self, user: User, channel: Channel, target: User, name: str) -> Run:
        """Use a person's context menu."""
        data = self._slash.menu(user, channel, name, target.json(), kind=USER_MENU)
        return self._interactions.start(COMMAND, user, channel, data, name=name)

    def press(self, user: User, message: Json | str, custom_id: str, values: Sequence[str] | None) -> Run:
        """Press a button, or choose in a select."""
        found, channel = self.message(user, message)
        component = _component(found, custom_id)
        data: Json = {"component_type": component["type"], "custom_id": custom_id, "id": component.get("id", 0)}
        if component["type"] in SELECTS:
            data |= self._chosen(user, channel, component, values or ())
        return self._interactions.start(COMPONENT, user, channel, data, source=found)

    def submit_modal(self, run: Run, values: Mapping[str, Any]) -> Run:
        """Fill in and send the modal a run was answered with."""
        if run.modal is None or run.state is not State.MODAL:
            raise Refused("There is no modal open.")
        resolver = Resolver(self._world, self._posting.files, run.user, run.channel)
        data = filled_modal(run.modal, values, resolver)
        run.move(State.ACKNOWLEDGED)
        return self._interactions.start(MODAL_SUBMIT, run.user, run.channel, data, name=run.name, source=run.source)

    def say(self, user: User, channel: Channel, text: str) -> Json:
        """Write an ordinary message."""
        self._sees(user, channel)
        try:
            return self._posting.send(user, channel, {"content": text})
        except ApiError as refusal:
            raise Refused(refusal.message) from refusal

    def message(self, user: User, message: Json | str) -> tuple[Json, Channel]:
        """A message as it is now, if this person may see it."""
        kept = self._world.board.look_up(message if isinstance(message, str) else str(message["id"]))
        channel = self._world.channel(kept.message["channel_id"])
        self._sees(user, channel)
        if kept.viewer not in (None, user.id):
            raise Refused("Only another person can see this message.")
        return kept.message, channel

    def _chosen(self, user: User, channel: Channel, select: Json, values: Sequence[str]) -> Json:
        least, most = select.get("min_values", 1), select.get("max_values", 1)
        if not least <= len(values) <= most:
            raise Refused(f"Choose between {least} and {most}.")
        if select["type"] == STRING_SELECT:
            known = {option["value"] for option in select["options"]}
            if unknown := set(values) - known:
                raise Refused(f"The select does not offer {', '.join(sorted(unknown))}.")
            return {"values": list(values)}
        resolver = Resolver(self._world, self._posting.files, user, channel)
        allowed = select.get("channel_types") or []
        kind = KIND_OF_SELECT[select["type"]]
        try:
            ids = [resolver.snowflake(kind, value, allowed=allowed) for value in values]
        except ValueError as exc:
            raise Refused(str(exc)) from exc
        return {"values": ids, "resolved": resolver.resolved}

    def _sees(self, user: User, channel: Channel) -> None:
        if not self._world.may_see(user, channel):
            raise Refused("You cannot see this channel.")


def _component(message: Json, custom_id: str) -> Json:
    found = [component for component in walk(message["components"]) if component.get("custom_id")]
    for component in found:
        if component["custom_id"] == custom_id:
            if component.get("disabled"):
                raise Refused("This is disabled.")
            return component
    known = ", ".join(component["custom_id"] for component in found) or "none"
    raise Refused(f"The message has no component {custom_id}; it has: {known}.")
