"""Discord's limits of what is written on controls, in one place: a text may be longer in another language. No I/O."""

from __future__ import annotations

from typing import Any

import discord
from discord.ui.select import BaseSelect

from alerts.domain.text import cut

LONGEST_TITLE = 45  # of a form
_BUTTON, _SELECT, _OPTION, _INPUT, _FIELD = 80, 150, 100, 100, 45


def fit(item: discord.ui.Item[Any]) -> None:
    """Cut whatever is written on it to what Discord takes."""
    match item:
        case discord.ui.DynamicItem():
            fit(item.item)
        case discord.ui.Button():
            item.label = _cut(item.label, _BUTTON)
        case discord.ui.TextInput():
            item.placeholder = _cut(item.placeholder, _INPUT)
        case discord.ui.Label():
            item.text, item.description = cut(item.text, _FIELD), _cut(item.description, _OPTION)
            fit(item.component)
        case BaseSelect():
            item.placeholder = _cut(item.placeholder, _SELECT)
            for option in item.options if isinstance(item, discord.ui.Select) else ():
                option.label, option.description = cut(option.label, _OPTION), _cut(option.description, _OPTION)


def _cut(text: str | None, limit: int) -> str | None:
    return text if text is None else cut(text, limit)
