"""The switches: what a person at the page may do to Discord itself, to see how the bot takes it."""

from collections.abc import Callable

from .errors import Refused
from .faults import Fault, Faults
from .limits import Limits
from .permissions import Permission
from .shapes import DM, THREAD, Channel, Json, User
from .world import World

PERMISSIONS = {
    "view": Permission.VIEW_CHANNEL,
    "send": Permission.SEND_MESSAGES,
    "threads": Permission.SEND_MESSAGES_IN_THREADS,
    "embed": Permission.EMBED_LINKS,
    "files": Permission.ATTACH_FILES,
    "history": Permission.READ_MESSAGE_HISTORY,
}
"""What can be taken from the bot in a channel, by the page's word for it."""

SLOWEST = 6 * 3600
LOCALES = ("en-US", "de", "fr", "es-ES", "ja", "pt-BR")
MESSAGES = "/channels/*/messages*"


class Lab:
    """Every switch off is an ordinary Discord."""

    def __init__(self, world: World, *, limits: Limits, faults: Faults) -> None:
        self._world = world
        self._limits = limits
        self._faults = faults
        self._on: dict[str, Fault] = {}
        self._make: dict[str, Callable[[], Fault]] = {
            "refuse": lambda: faults.rate_limit("*", MESSAGES, retry_after=2.0, times=None),
            "away": lambda: faults.add("*", MESSAGES, status=503, times=None),
            "late": lambda: faults.add("*", MESSAGES, status=0, delay=2.0, times=None),
        }

    def switches(self) -> Json:
        """How the switches for the whole server stand."""
        return {"limits": self._limits.enabled, **{name: name in self._on for name in self._make}}

    def switch(self, name: str, *, on: bool) -> None:
        """Turn one of them."""
        if name == "limits":
            self._limits.on() if on else self._limits.off()
        elif name not in self._make:
            raise Refused(f"There is no switch {name}.")
        elif on and name not in self._on:
            self._on[name] = self._make[name]()
        elif not on and name in self._on:
            self._faults.drop(self._on.pop(name))

    def of_channel(self, channel: Channel) -> Json:
        """What the bot may do in a channel, and how slow that is."""
        granted = self._world.permissions(self._world.bot, channel)
        return {"may": {name: bool(granted & bit) for name, bit in PERMISSIONS.items()}, "slow": channel.slow}

    def permit(self, channel: Channel, name: str, *, granted: bool) -> None:
        """Take a permission from the bot in a channel, or give it back; a thread has its channel's."""
        place = self._world.channels.get(channel.parent_id or "", channel) if channel.type == THREAD else channel
        if place.type == DM or name not in PERMISSIONS:
            raise Refused("Permissions are of a server's channels.")
        change = self._world.allow if granted else self._world.deny
        change(place, self._world.bot, int(PERMISSIONS[name]))

    def slow(self, channel: Channel, seconds: int) -> None:
        """Let everybody write once in so many seconds; 0 for as often as they like."""
        if channel.type == DM:
            raise Refused("Direct messages have no slow mode.")
        channel.slow = max(0, min(seconds, SLOWEST))
        channel.written.clear()
        self._world.update_channel(channel)

    def take_direct(self, user: User, *, on: bool) -> None:
        """Whether a person takes direct messages."""
        user.takes_dms = on
        self._world.emit("COMMANDS", {})

    def speak(self, user: User, locale: str) -> None:
        """Which language a person has chosen in Discord's client."""
        if locale not in LOCALES:
            raise Refused("Discord has no such language here.")
        user.locale = locale
        self._world.emit("COMMANDS", {})
