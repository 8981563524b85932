"""A configuration as the text of a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml


def as_text(configuration: Mapping[str, Any]) -> str:
    """What `load` reads as the same settings; its keys in the order that they have."""
    return yaml.safe_dump(dict(configuration), sort_keys=False, allow_unicode=True, width=1000)
