"""aioresponses 0.7.9 was written before aiohttp 3.14: give its fake answers what the real class now asks for.

Upstream: pnuckowski/aioresponses issue 289. Call `mend()` once; it does nothing for versions that need nothing.
"""

from __future__ import annotations

import inspect
from typing import Any
from unittest.mock import Mock

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aioresponses import core


class _Answer(aiohttp.ClientResponse):
    def __init__(self, *args: Any, stream_writer: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, stream_writer=stream_writer or Mock(output_size=0), **kwargs)


def _reader(loop: Any = None) -> aiohttp.StreamReader:
    # Bodies above the buffer's limit pause their protocol, which asks its parser to go on later.
    protocol = ResponseHandler(loop=loop)
    protocol._parser = Mock(feed_data=Mock(return_value=((), False, b"")))
    return aiohttp.StreamReader(protocol, limit=2**16, loop=loop)


def mend() -> None:
    """Make `aioresponses` work with the aiohttp that is installed."""
    if "stream_writer" in inspect.signature(aiohttp.ClientResponse.__init__).parameters:
        core.ClientResponse = _Answer
        core.stream_reader_factory = _reader
