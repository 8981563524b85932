"""The example for integrators in docs/webhooks.md is run as it stands."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from alerts.domain.signing import signed_headers
from alerts.webhooks.vault import new_secret
from tests.guards.project import text_of


def _example() -> dict[str, Any]:
    found = re.search(r"```python\n(.*?)```", text_of("docs/webhooks.md"), re.DOTALL)
    assert found
    names: dict[str, Any] = {}
    exec(found[1], names)
    return names


def test_the_documented_check_takes_what_we_sign_and_nothing_else() -> None:
    verify, secret, now = _example()["verify"], new_secret(), datetime.now(UTC)
    headers = signed_headers([new_secret(), secret], "msg_1", now, b"{}")

    verify(secret, headers, b"{}")
    with pytest.raises(ValueError, match="signature"):
        verify(secret, headers, b"{ }")
    with pytest.raises(ValueError, match="signature"):
        verify(new_secret(), headers, b"{}")
    with pytest.raises(ValueError, match="old"):
        verify(secret, signed_headers([secret], "msg_1", datetime(2020, 1, 1, tzinfo=UTC), b"{}"), b"{}")
