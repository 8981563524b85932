"""What sections are made of: their base, and values as people write them."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
)

from alerts.domain.shards import Shards
from alerts.store import address


def _web_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # whose words repeat a part of it
        is_one = False
    if not is_one or re.search(r"[\s\x00-\x1f\x7f]", url):
        raise ValueError("is not a web address; write one that starts with https:// or http://")
    if parts.username or parts.password:
        raise ValueError("holds a user name or password; take it out")
    return url.rstrip("/") if parts.path in ("", "/") else url


def _store_address(url: str) -> str:
    address.parse(url)
    return url


def _shards(text: str) -> str:
    return "auto" if text.strip().lower() == "auto" else str(Shards.parse(text))


def _authority(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("is not host:port; write for instance 127.0.0.1:8099")
    return text


def _region(raw: object) -> object:
    """Compared by letters alone, so written one way. YAML reads a bare NO as false."""
    text = raw.strip().upper() if isinstance(raw, str) else ""
    if not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", text):
        quote = "; put NO in quotes" if raw is False else ""
        raise ValueError(f"is not a region; write for instance GB, EU or US-CA{quote}")
    return text


Region = Annotated[str, BeforeValidator(_region)]
WebAddress = Annotated[str, AfterValidator(_web_address)]


class Section(BaseModel):
    """Frozen; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)
