"""A modal as a person fills it in."""

from collections.abc import Mapping
from typing import Any

from .checks_components import LABEL, ROW, SELECTS, STRING_SELECT, TEXT_INPUT
from .errors import Refused
from .resolve import ATTACHMENT, CHANNEL, MENTIONABLE, ROLE, USER, Resolver
from .shapes import Json

TEXT_DISPLAY, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 10, 19, 21, 22, 23
KIND_OF_SELECT = {5: USER, 6: ROLE, 7: MENTIONABLE, 8: CHANNEL}


def filled_modal(modal: Json, values: Mapping[str, Any], resolver: Resolver) -> Json:
    """The data of a submit; what is left out keeps its preset. Refused when a required input is empty."""
    filled: list[Json] = []
    for number, component in enumerate(modal["components"], start=1):
        head = {"type": component["type"], "id": component.get("id", number)}
        if component["type"] == LABEL:
            inner = _filled(component["component"], component.get("label", ""), values, resolver)
            filled.append({**head, "component": inner})
        elif component["type"] == ROW:
            inside = [_filled(item, item.get("label", ""), values, resolver) for item in component["components"]]
            filled.append({**head, "components": inside})
        elif component["type"] == TEXT_DISPLAY:
            filled.append(head)
    found: Json = {"custom_id": modal["custom_id"], "components": filled}
    return {**found, "resolved": resolver.resolved} if resolver.resolved else found


def _filled(item: Json, label: str, values: Mapping[str, Any], resolver: Resolver) -> Json:
    custom_id, kind = item["custom_id"], item["type"]
    found: Json = {"type": kind, "custom_id": custom_id, "id": item.get("id", 0)}
    given = values.get(custom_id)
    is_required = item.get("required", True)
    if kind == TEXT_INPUT:
        text = str(item.get("value") or "") if given is None else str(given)
        _check_text(item, label, text, is_required=is_required)
        return {**found, "value": text}
    if kind in SELECTS or kind == CHECKBOX_GROUP:
        chosen = [given] if isinstance(given, str) else list(given if given is not None else _preset(item))
        if is_required and not chosen:
            raise Refused(f"{label}: choose something.")
        return {**found, "values": _known(item, label, chosen, resolver)}
    if kind == FILE_UPLOAD:
        return {**found, "values": _uploaded(item, label, list(given or []), resolver)}
    if kind == CHECKBOX:
        return {**found, "value": bool(item.get("default") if given is None else given)}
    if kind == RADIO_GROUP:
        preset = _preset(item)
        return {**found, "value": given if given is not None else (preset[0] if preset else None)}
    return {**found, "values": list(given or [])}


def _known(item: Json, label: str, chosen: list[str], resolver: Resolver) -> list[str]:
    """People, roles and channels by their ids; the bot is told what is behind each."""
    if item["type"] not in SELECTS or item["type"] == STRING_SELECT:
        return chosen
    allowed = item.get("channel_types") or []
    try:
        return [resolver.snowflake(KIND_OF_SELECT[item["type"]], each, allowed=allowed) for each in chosen]
    except ValueError as exc:
        raise Refused(f"{label}: {exc}.") from exc


def _uploaded(item: Json, label: str, files: list[Any], resolver: Resolver) -> list[str]:
    least, most = (1 if item.get(key) is None else item[key] for key in ("min_values", "max_values"))
    if not (least if item.get("required", True) else 0) <= len(files) <= most:
        raise Refused(f"{label}: attach {most if most == least else f'{least} to {most}'}.")
    return [str(resolver.value({"type": ATTACHMENT}, file)) for file in files]


def _preset(item: Json) -> list[str]:
    return [option["value"] for option in item.get("options") or [] if option.get("default")]


def _check_text(item: Json, label: str, text: str, *, is_required: bool) -> None:
    if is_required and not text.strip():
        raise Refused(f"{label}: this is required.")
    least, most = item.get("min_length") or 0, item.get("max_length") or 4000
    if text and not least <= len(text) <= most:
        raise Refused(f"{label}: between {least} and {most} characters.")
