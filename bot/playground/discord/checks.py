"""What Discord refuses in a message: lengths, counts, embeds, mentions. Components have a file of their own."""

from typing import Any

from .checks_components import check_components, text_total
from .errors import ApiError
from .problems import Problems, length
from .shapes import Json

EPHEMERAL, COMPONENTS_V2 = 1 << 6, 1 << 15
MAY_SET = (1 << 2) | EPHEMERAL | (1 << 12) | COMPONENTS_V2
"""Flags a sender may set: suppress embeds, ephemeral, silent, components v2."""

EMBED_TEXTS = {"title": 256, "description": 4096}
EMBED_TOTAL = 6000


def check_message(payload: Json, *, has_files: bool, may_be_empty: bool = False) -> None:
    """Refuse with 50035 what Discord refuses, and with 50006 a message with nothing in it."""
    problems = Problems()
    problems.at("content").text(payload.get("content"), most=2000)
    check_embeds(problems.at("embeds"), payload.get("embeds"))
    is_v2 = bool((payload.get("flags") or 0) & COMPONENTS_V2)
    check_components(problems.at("components"), payload.get("components"), is_v2=is_v2)
    if is_v2:
        _check_v2(problems, payload)
    _check_nonce(problems, payload.get("nonce"))
    check_allowed_mentions(problems.at("allowed_mentions"), payload.get("allowed_mentions"))
    problems.at("attachments").objects(payload.get("attachments"), most=10)
    problems.raise_any()
    if not may_be_empty and is_empty(payload, has_files=has_files):
        raise ApiError(50006)


def is_empty(payload: Json, *, has_files: bool) -> bool:
    """Whether nothing at all would be shown."""
    parts = ("embeds", "components", "attachments", "sticker_ids", "poll")
    return not has_files and not str(payload.get("content") or "").strip() and not any(payload.get(p) for p in parts)


def check_embeds(problems: Problems, embeds: Any) -> None:
    """At most ten, each within its lengths, 6000 characters together."""
    total = 0
    for index, embed in enumerate(problems.objects(embeds, most=10)):
        total += _check_embed(problems.at(index), embed)
        if total > EMBED_TOTAL:
            problems.at(index).add("MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _check_embed(problems: Problems, embed: Json) -> int:
    for key, most in EMBED_TEXTS.items():
        problems.at(key).text(embed.get(key), most=most)
    problems.at("url").url(embed.get("url"))
    footer, author = embed.get("footer") or {}, embed.get("author") or {}
    problems.at("footer", "text").text(footer.get("text"), most=2048)
    problems.at("author", "name").text(author.get("name"), most=256, required=bool(author))
    problems.at("author", "url").url(author.get("url"))
    for key in ("image", "thumbnail"):
        shown = (embed.get(key) or {}).get("url")
        problems.at(key, "url").url(shown, schemes=("http", "https", "attachment"))
    color = embed.get("color")
    if color is not None and not 0 <= int(color) <= 0xFFFFFF:
        problems.at("color").add("NUMBER_TYPE_MAX", "int value should be less than or equal to 16777215.")
    total = sum(
        length(str(text or "")) for text in (*map(embed.get, EMBED_TEXTS), footer.get("text"), author.get("name"))
    )
    for index, field in enumerate(problems.at("fields").objects(embed.get("fields"), most=25)):
        problems.at("fields", index, "name").text(field.get("name"), most=256, required=True)
        problems.at("fields", index, "value").text(field.get("value"), most=1024, required=True)
        total += length(str(field.get("name") or "")) + length(str(field.get("value") or ""))
    if not total and not any(embed.get(key) for key in ("image", "thumbnail", "url")):
        problems.at("description").add("BASE_TYPE_REQUIRED", "This field is required")
    return total


def check_allowed_mentions(problems: Problems, allowed: Any) -> None:
    """The list of kinds and the lists of ids must not contradict each other."""
    if not isinstance(allowed, dict):
        return
    parse = allowed.get("parse") or []
    for index, kind in enumerate(parse):
        if kind not in ("users", "roles", "everyone"):
            message = f"Value \"{kind}\" must be one of ('users', 'roles', 'everyone')."
            problems.at("parse", index).add("BASE_TYPE_CHOICES", message)
    for kind in ("users", "roles"):
        ids = allowed.get(kind) or []
        if ids and kind in parse:
            message = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            problems.add("MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
        if len(ids) > 100:
            problems.at(kind).add("BASE_TYPE_MAX_LENGTH", "Must be 100 or fewer in length.")


def _check_v2(problems: Problems, payload: Json) -> None:
    for key in ("content", "embeds", "poll", "sticker_ids"):
        if payload.get(key):
            message = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            problems.at(key).add("MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)
    if text_total(payload.get("components")) > 4000:
        message = "The total displayable text length must be 4000 or fewer."
        problems.at("components").add("COMPONENT_MAX_TOTAL_TEXT_DISPLAY_LENGTH", message)


def _check_nonce(problems: Problems, nonce: Any) -> None:
    if isinstance(nonce, str):
        problems.at("nonce").text(nonce, most=25)
    elif nonce is not None and (isinstance(nonce, bool) or not isinstance(nonce, int)):
        problems.at("nonce").add("NONCE_TYPE_INVALID", "Nonce must be a string or an integer.")
