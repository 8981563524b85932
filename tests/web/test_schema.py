"""schemathesis asks our own document whatever it can think of: no 5xx, no answer that the document does not name."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import CheckContext, GenerationMode, Response
from schemathesis.specs.openapi import checks

from alerts.domain.limits import Allowance, Taken
from tests.web.world import World, world

EXAMPLES = 20


def _taken_as_meant(context: CheckContext, response: Response, case: schemathesis.Case) -> bool | None:
    """What fits the document is taken, or refused for a reason that no document can say, such as another's channel."""
    if response.status_code == 422 and response.json()["code"] == "refused":
        return None
    return checks.positive_data_acceptance(context, response, case)


# Of the checks that schemathesis has these look at one answer each; the others compare answers of a series of requests.
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    _taken_as_meant,
    checks.missing_required_header,
    checks.unsupported_method,
    checks.allow_header_conformance,
    checks.ignored_auth,
]


@dataclass
class Served:
    """The web face in a thread of its own: schemathesis asks from this one."""

    schema: schemathesis.BaseSchema
    key: dict[str, str]


class NoLimits:
    """Everybody may ask as often as they like."""

    async def take(self, name: str, allowance: Allowance) -> Taken:
        return Taken(True, 10**6, 10**6, timedelta(0))


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    ready, found = threading.Event(), list[tuple[World, dict[str, str], asyncio.Event]]()

    async def serve() -> None:
        async with world() as made:
            key, done = await made.key(), asyncio.Event()
            made.parts.limits.take = NoLimits().take  # type: ignore[method-assign]  # limits have tests of their own
            found.append((made, key, done))
            ready.set()
            await done.wait()

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), name="served")
    thread.start()
    assert ready.wait(20)
    made, key, done = found[0]
    yield Served(schemathesis.openapi.from_url(f"{made.place}/openapi.json"), key)
    loop.call_soon_threadsafe(done.set)
    thread.join(10)
    loop.close()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as meant", "otherwise"])
def test_nothing_that_is_sent_leads_beyond_the_document(
    served: Served, mode: GenerationMode, subtests: pytest.Subtests
) -> None:
    with requests.Session() as session:
        for found in served.schema.get_all_operations():
            operation = found.ok()
            takes_nothing = not (operation.definition.raw["parameters"] or "requestBody" in operation.definition.raw)
            if mode is GenerationMode.NEGATIVE and takes_nothing:
                continue  # nothing can be wrong about it
            cases = operation.as_strategy(generation_mode=mode)

            @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
                      suppress_health_check=list(HealthCheck))  # fmt: skip
            @given(case=cases)
            def ask(case: schemathesis.Case) -> None:
                case.call_and_validate(session=session, headers=served.key, checks=CHECKS)

            with subtests.test(operation.label):
                ask()
