"""What pydantic found wrong, as a text of ours that other languages can say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from alerts.domain.said import Said, say

# By pydantic's name for it: its words for what a person can type wrong.
_WORDS: Mapping[str, Callable[[Mapping[str, Any]], Said]] = {
    "greater_than": lambda ctx: say("Input should be greater than {limit}", limit=str(ctx["gt"])),
    "greater_than_equal": lambda ctx: say("Input should be greater than or equal to {limit}", limit=str(ctx["ge"])),
    "less_than": lambda ctx: say("Input should be less than {limit}", limit=str(ctx["lt"])),
    "less_than_equal": lambda ctx: say("Input should be less than or equal to {limit}", limit=str(ctx["le"])),
    "int_parsing": lambda _: say("Input should be a valid integer, unable to parse string as an integer"),
    "decimal_parsing": lambda _: say("Input should be a valid decimal"),
    "bool_parsing": lambda _: say("Input should be a valid boolean, unable to interpret input"),
    "enum": lambda ctx: say("Input should be {expected}", expected=ctx["expected"]),
    "literal_error": lambda ctx: say("Input should be {expected}", expected=ctx["expected"]),
}


def fault_of(exc: ValidationError) -> tuple[str, str]:
    """The field of the first finding, "" when it is about all of them together, and what is wrong with it."""
    error = exc.errors()[0]
    context = error.get("ctx", {})
    said = str(context.get("error", ""))  # what a validator of ours has raised
    if not isinstance(said, Said):
        words = _WORDS.get(error["type"])
        said = words(context) if words else error["msg"].removeprefix("Value error, ")
    return ".".join(str(part) for part in error["loc"]), said
