"""A modal as a person fills it in."""

from collections.abc import Mapping
from typing import Any

from .checks_components import LABEL, ROW, SELECTS, TEXT_INPUT
from .errors import Refused
from .shapes import Json

TEXT_DISPLAY, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 10, 21, 22, 23


def filled_modal(modal: Json, values: Mapping[str, Any]) -> Json:
    """The data of a submit; what is left out keeps its preset. Refused when a required input is empty."""
    filled: list[Json] = []
    for number, component in enumerate(modal["components"], start=1):
        head = {"type": component["type"], "id": component.get("id", number)}
        if component["type"] == LABEL:
            inner = _filled(component["component"], component.get("label", ""), values)
            filled.append({**head, "component": inner})
        elif component["type"] == ROW:
            inside = [_filled(item, item.get("label", ""), values) for item in component["components"]]
            filled.append({**head, "components": inside})
        elif component["type"] == TEXT_DISPLAY:
            filled.append(head)
    return {"custom_id": modal["custom_id"], "components": filled}


def _filled(item: Json, label: str, values: Mapping[str, Any]) -> Json:
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
        return {**found, "values": chosen}
    if kind == CHECKBOX:
        return {**found, "value": bool(item.get("default") if given is None else given)}
    if kind == RADIO_GROUP:
        preset = _preset(item)
        return {**found, "value": given if given is not None else (preset[0] if preset else None)}
    return {**found, "values": list(given or [])}


def _preset(item: Json) -> list[str]:
    return [option["value"] for option in item.get("options") or [] if option.get("default")]


def _check_text(item: Json, label: str, text: str, *, is_required: bool) -> None:
    if is_required and not text.strip():
        raise Refused(f"{label}: this is required.")
    least, most = item.get("min_length") or 0, item.get("max_length") or 4000
    if text and not least <= len(text) <= most:
        raise Refused(f"{label}: between {least} and {most} characters.")
