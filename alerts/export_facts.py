"""Facts of ours for a file that people and programs read: JSON, reasons in English, no number too long for either."""

from __future__ import annotations

from typing import Any

from alerts.domain.trail import Stage


def as_facts(fact: Any, *, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """A fact for JSON. Ids are text: they are too long for other programs' numbers."""
    found: dict[str, Any] = as_text(fact.model_dump(mode="json", exclude_defaults=True, exclude=set(without)))
    return found


def as_stage(stage: Stage) -> dict[str, Any]:
    """A stage with its reason as one text, in English."""
    found = as_facts(stage)
    return {**found, "reason": stage.reason} if stage.reason else found


def as_text(value: Any) -> Any:
    """The same with every number that is too long for JavaScript as text."""
    if isinstance(value, dict):
        return {key: as_text(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_text(each) for each in value]
    return str(value) if isinstance(value, int) and abs(value) >= 2**53 else value
