"""Targets whose address is a secret: a webhook's, and those of services outside Discord. They are kept sealed."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from hashlib import blake2b
from urllib.parse import parse_qs, urlsplit

from alerts.domain.errors import BadInput, DeliveryError, Remedy
from alerts.domain.said import say
from alerts.domain.wishes import Target, TargetKind
from alerts.store.ports import Seal, Sealed
from alerts.store.promises.resealing import SealedText

# Services that are reached over the network and touch nothing on this machine. Apprise knows more: some speak to the
# desktop, the system log or a bus, and some are programs of one's own.
SERVICES = frozenset(
    """
    bark barks brevo form forms gchat gotify gotifys hassio hassios ifttt join json jsons lark line mailgun mailto
    mailtos matrix matrixs mmost mmosts ntfy ntfys opsgenie pagerduty pbul postmark pover prowl pushy resend rocket
    rockets sendgrid signal signals simplepush slack sparkpost splunk spugpush tgram threema wxteams xml xmls zulip
    """.split()
)
# What would have a service read a file of ours and send it along.
_READS_FILES = frozenset("attach attach-as e2ee filename key keyfile pgp pgppub pgpprv template".split())
_LONGEST = 2048
_WEBHOOK = re.compile(
    r"https://(?:(?:canary|ptb)\.)?discord(?:app)?\.com/api(?:/v\d+)?/webhooks/(\d{1,20})/([\w.-]{8,200})/?(?:\?.*)?"
)
_SCHEME = re.compile(r"([a-z][a-z0-9+]*)://[^\s\x00-\x20\x7f\\]+", re.IGNORECASE)

# Those that people run themselves: what stands for the host in the others' addresses may be a secret.
_SELF_HOSTED = frozenset(
    """
    form forms gotify gotifys hassio hassios json jsons mailto mailtos matrix matrixs mmost mmosts ntfy ntfys rocket
    rockets signal signals xml xmls zulip
    """.split()
)

Understands = Callable[[str], Awaitable[bool]]


class Addresses:
    """Take an address in, and give it out to whoever sends. No error of it and no log line holds one."""

    def __init__(self, *, store: Sealed, seal: Seal, api_base: str, understands: Understands | None = None) -> None:
        """`api_base`: Discord's; `understands` says whether a service's address makes sense to who would use it."""
        self._store, self._seal, self._api_base, self._understands = store, seal, api_base, understands

    async def add(self, guild: int, text: str) -> Target:
        """Keep what somebody pasted, and answer the target it makes. BadInput says what is wrong with it."""
        target, address = await self._checked(text)
        await self._store.put_sealed(guild, target, self._seal.seal(_bound(guild, target, address)))
        return target

    async def check(self, text: str) -> tuple[Target, str]:
        """The target it would make, and the part of it that may be shown. Nothing is kept."""
        target, address = await self._checked(text)
        return target, public_part(address)

    async def of(self, guild: int, target: Target) -> str:
        """A target's address; DeliveryError when there is none, or none that can be read."""
        sealed = await self._store.sealed(guild, target)
        if sealed is None:
            raise DeliveryError(
                say("no address is kept for {target}: add it again", target=str(target)), remedy=Remedy.DISABLE
            )
        opened = self._seal.open(sealed)
        # It says itself whose it is: what was moved about in the store opens nothing.
        if opened is None or not opened.startswith(_bound(guild, target, "")):
            problem = say(
                "the address of {target} cannot be read: the key that sealed it must be in HS_SECRET_KEY,"
                " or it has to be added again",
                target=str(target),
            )
            raise DeliveryError(problem, remedy=Remedy.PAUSE)
        if not self._seal.is_current(sealed):
            await self._store.swap_sealed(SealedText(guild, target, sealed), self._seal.seal(opened))
        return opened.removeprefix(_bound(guild, target, ""))

    async def shown(self, guild: int, target: Target) -> str:
        """As much of it as may be shown: the host, or the service's name where the host is a secret; "" without one."""
        try:
            return public_part(await self.of(guild, target))
        except DeliveryError:
            return ""

    async def take(self, guild: int, target: Target) -> str | None:
        """Forget it, and answer what `give_back` needs to undo that: sealed as it was."""
        sealed = await self._store.sealed(guild, target)
        await self._store.remove_sealed(guild, target)
        return sealed

    async def give_back(self, guild: int, target: Target, sealed: str) -> None:
        """Keep again what was taken."""
        await self._store.put_sealed(guild, target, sealed)

    async def remove(self, guild: int, target: Target) -> None:
        """Forget it."""
        await self._store.remove_sealed(guild, target)

    async def _checked(self, text: str) -> tuple[Target, str]:
        target, address = read_address(text, api_base=self._api_base)
        if target.type is TargetKind.APPRISE and self._understands and not await self._understands(address):
            raise BadInput(say("This address is not complete: see the service's page in Apprise's documentation."))
        return target, address


def read_address(text: str, *, api_base: str) -> tuple[Target, str]:
    """What was pasted as a target and its address, or BadInput, which does not repeat it."""
    address = text.strip().strip("<>")
    own = re.fullmatch(re.escape(api_base.rstrip("/")) + r"/webhooks/(\d{1,20})/([\w.-]{8,200})/?", address)
    if found := _WEBHOOK.fullmatch(address) or own:
        number, token = found.groups()
        return Target(type=TargetKind.WEBHOOK, id=int(number)), f"https://discord.com/api/webhooks/{number}/{token}"
    if problem := problem_of(address):
        raise BadInput(problem)
    digest = blake2b(address.encode(), digest_size=8).digest()
    return Target(type=TargetKind.APPRISE, id=int.from_bytes(digest) >> 1), address


def public_part(address: str) -> str:
    """The part of an address that is no secret: "discord.com", "ntfy.example.org", "slack"."""
    scheme = address.partition(":")[0].lower()
    host = urlsplit(address).hostname or ""
    # A name without a point may be a topic or a token.
    return host if scheme in {*_SELF_HOSTED, "https"} and "." in host else scheme


def problem_of(address: str) -> str | None:
    """Why an address of a service cannot be used; None when it may be tried."""
    if len(address) > _LONGEST:
        return say("An address is at most {count} characters long.", count=_LONGEST)
    scheme = _SCHEME.fullmatch(address)
    if scheme is None:
        return say(
            "Paste a Discord webhook's URL, or a service's address as Apprise writes it, such as ntfys://ntfy.sh/mine."
        )
    name = scheme[1].lower()
    if name in ("http", "https"):
        return say("This is no Discord webhook's URL. For another service write its address as Apprise does.")
    if name not in SERVICES:
        known = ", ".join(sorted(SERVICES))
        return say("The service {name}:// is not supported; these are: {services}.", name=name[:40], services=known)
    try:
        asked = parse_qs(urlsplit(address).query, keep_blank_values=True)
    except ValueError:
        return say("The address is malformed.")
    refused = sorted(_READS_FILES & {key.lower().strip(" +-:") for key in asked})
    return say("The option {name} is not supported: leave it out.", name=refused[0]) if refused else None


def _bound(guild: int, target: Target, address: str) -> str:
    return f"{guild} {target} {address}"
