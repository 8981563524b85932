"""From what a sender posts to the message everybody sees: mentions, attachments, embeds, component ids."""

import re
import struct
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from mimetypes import guess_type

from .checks_components import walk
from .ids import iso
from .permissions import Permission
from .shapes import FORUM, Channel, Guild, Json, User
from .world import World

LOADING, EPHEMERAL = 1 << 7, 1 << 6
USER_MENTION, ROLE_MENTION = re.compile(r"<@!?(\d+)>"), re.compile(r"<@&(\d+)>")
EVERYTHING = {"parse": ["users", "roles", "everyone"]}
ONLY_USERS = {"parse": ["users"]}
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came with a request."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything a message is made of, before it has an id."""

    payload: Json
    author: User
    channel: Channel
    uploads: Sequence[Upload] = ()
    kind: int = 0
    extra: Json | None = None


class Files:
    """Uploaded files, served again under `/attachments/`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._kept: dict[str, Upload] = {}
        self.base = ""

    def keep(self, channel_id: str, uploads: Sequence[Upload], described: Sequence[Json] = ()) -> list[Json]:
        """Store uploads and return their attachment objects; `described` are the entries of the same payload."""
        texts = {str(item.get("id")): item for item in described}
        return [self._keep(channel_id, upload, texts.get(str(n), {})) for n, upload in enumerate(uploads)]

    def find(self, attachment_id: str, name: str) -> Upload | None:
        """An upload by id and name."""
        found = self._kept.get(attachment_id)
        return found if found is not None and found.name == name else None

    def _keep(self, channel_id: str, upload: Upload, described: Json) -> Json:
        attachment_id = self._world.snowflakes.next()
        name = re.sub(r"[^\w.-]+", "_", described.get("filename") or upload.name) or "file"
        # Clients send most files as octets and leave it to Discord to see what they are.
        told = upload.content_type if upload.content_type != "application/octet-stream" else ""
        kind = told or guess_type(name)[0] or "application/octet-stream"
        self._kept[attachment_id] = Upload(name, kind, upload.data)
        url = f"{self.base}/attachments/{channel_id}/{attachment_id}/{name}"
        made: Json = {"id": attachment_id, "filename": name, "size": len(upload.data), "url": url, "proxy_url": url}
        made["content_type"] = kind
        if described.get("description"):
            made["description"] = described["description"]
        if upload.data.startswith(PNG) and len(upload.data) >= 24:
            made["width"], made["height"] = struct.unpack(">II", upload.data[16:24])
        return made


def compose(world: World, files: Files, draft: Draft) -> Json:
    """The finished message object with an id and the time of now."""
    payload, now = draft.payload, world.now()
    attachments = files.keep(draft.channel.id, draft.uploads, payload.get("attachments") or [])
    message: Json = {
        "id": _id(world, draft.channel),
        "channel_id": draft.channel.id,
        "author": draft.author.json(),
        "timestamp": iso(now),
        "edited_timestamp": None,
        "type": draft.kind,
        "tts": False,
        "pinned": False,
        "flags": int(payload.get("flags") or 0),
        "attachments": attachments,
        "reactions": [],
        **mentions(world, draft.channel, draft.author, payload, default=EVERYTHING),
        **(draft.extra or {}),
    }
    message |= body(payload, attachments)
    if payload.get("nonce") is not None:
        message["nonce"] = payload["nonce"]
    return message


def _id(world: World, channel: Channel) -> str:
    """A forum's post and the message it begins with have the same one."""
    parent = world.channels.get(channel.parent_id or "")
    is_first = parent is not None and parent.type == FORUM and channel.last_message_id is None
    return channel.id if is_first else world.snowflakes.next()


def body(payload: Json, attachments: Sequence[Json]) -> Json:
    """Text, embeds and components as they are kept."""
    urls = {f"attachment://{item['filename']}": item["url"] for item in attachments}
    return {
        "content": str(payload.get("content") or "").strip(),
        "embeds": [_embed(embed, urls) for embed in payload.get("embeds") or []],
        "components": _numbered(payload.get("components") or [], urls),
    }


def edited(files: Files, message: Json, payload: Json, uploads: Sequence[Upload] = ()) -> Json:
    """A copy of the message with the parts the payload names replaced."""
    changed = deepcopy(message)
    if "attachments" in payload:
        kept = {str(item.get("id")) for item in payload["attachments"] or []}
        changed["attachments"] = [item for item in message["attachments"] if item["id"] in kept]
    new_files = [item for item in payload.get("attachments") or [] if len(str(item.get("id"))) < 3]
    changed["attachments"] += files.keep(message["channel_id"], uploads, new_files)
    parts = body(payload, changed["attachments"])
    changed |= {key: parts[key] for key in ("content", "embeds", "components") if key in payload}
    if payload.get("flags") is not None:
        keeps = message["flags"] & (EPHEMERAL | LOADING)
        changed["flags"] = keeps | (int(payload["flags"]) & ~(EPHEMERAL | LOADING))
    return changed


def mentions(world: World, channel: Channel, author: User, payload: Json, *, default: Json) -> Json:
    """Who is really pinged: what the text names, what `allowed_mentions` lets through, what the author may."""
    allowed = payload.get("allowed_mentions") or default
    parse = allowed.get("parse") or []
    text, guild = str(payload.get("content") or ""), world.guild_of(channel)
    may_all = bool(world.permissions(author, channel) & Permission.MENTION_EVERYONE)
    users = [n for n in _named(USER_MENTION, text) if n in world.users and _lets(allowed, "users", n)]
    roles = [n for n in _named(ROLE_MENTION, text) if _lets(allowed, "roles", n) and _pings(guild, n, may_all=may_all)]
    everyone = may_all and "everyone" in parse and ("@everyone" in text or "@here" in text)
    found = {"mentions": [world.users[n].json() for n in users], "mention_roles": roles}
    return {**found, "mention_everyone": everyone}


def _named(pattern: re.Pattern[str], text: str) -> list[str]:
    return list(dict.fromkeys(pattern.findall(text)))


def _lets(allowed: Json, kind: str, snowflake: str) -> bool:
    return kind in (allowed.get("parse") or []) or snowflake in map(str, allowed.get(kind) or [])


def _pings(guild: Guild | None, role_id: str, *, may_all: bool) -> bool:
    role = guild.roles.get(role_id) if guild is not None else None
    return role is not None and (role.mentionable or may_all)


def _embed(embed: Json, urls: dict[str, str]) -> Json:
    made = {"type": "rich", **{key: deepcopy(value) for key, value in embed.items() if value is not None}}
    for key in ("image", "thumbnail", "footer", "author"):
        part = made.get(key)
        if isinstance(part, dict):
            for name in ("url", "icon_url"):
                if part.get(name) in urls:
                    part[name] = urls[part[name]]
    for field in made.get("fields") or []:
        field["inline"] = bool(field.get("inline"))
    return made


def _numbered(components: list[Json], urls: dict[str, str]) -> list[Json]:
    """Components as Discord returns them: every one with a numeric id."""
    made = deepcopy(components)
    for number, component in enumerate(walk(made), start=1):
        component.setdefault("id", number)
        for media in (component.get("media"), component.get("file"), *(component.get("items") or [])):
            inner = media.get("media", media) if isinstance(media, dict) else None
            if isinstance(inner, dict) and inner.get("url") in urls:
                inner["url"] = urls[inner["url"]]
    return made
