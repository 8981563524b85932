"""`POST /-/reload`: for the operator alone, and it says what is different."""

from __future__ import annotations

from alerts.domain.api_keys import Scope
from alerts.domain.wishes import OPERATOR
from alerts.settings.difference import Changed, Difference
from alerts.settings.faults import ConfigError
from bot.web.problems import Code
from tests.web.world import HERE, world

FOUND = Difference(
    settings=(Changed("cache.fresh", "5m", "2m"), Changed("web.port", "8000", "8001", "the web server is built")),
    added=("deck",),
    changed=("pi5 (name)",),
)
ELSEWHERE = {"X-Forwarded-For": "203.0.113.7"}


class Asked:
    """A reload that is counted, and refused when it is told to."""

    def __init__(self, fault: ConfigError | None = None) -> None:
        self.times, self.fault = 0, fault

    async def __call__(self) -> Difference:
        self.times += 1
        if self.fault:
            raise self.fault
        return FOUND


async def test_it_answers_with_what_is_different_and_what_waits_for_a_restart() -> None:
    async with world(reload=Asked()) as here:
        status, said, headers = await here.ask("POST", "/-/reload")

    assert (status, headers["Cache-Control"]) == (200, "no-store")
    assert said == {
        "settings": [
            {"key": "cache.fresh", "before": "5m", "after": "2m", "needs_restart": None},
            {"key": "web.port", "before": "8000", "after": "8001", "needs_restart": "the web server is built"},
        ],
        "products": {"added": ["deck"], "removed": [], "changed": ["pi5 (name)"]},
        "needs_restart": ["web.port"],
    }


async def test_a_fault_is_a_problem_with_its_sentence() -> None:
    async with world(reload=Asked(ConfigError("config.yaml, line 3: it is wrong; mend it."))) as here:
        problem = await here.refused(Code.REFUSED, "POST", "/-/reload")

    assert problem["detail"] == "Nothing was changed. config.yaml, line 3: it is wrong; mend it."


async def test_nobody_from_elsewhere_reloads_without_the_operators_own_key() -> None:
    asked = Asked()
    async with world(reload=asked) as here:
        guilds, reading = await here.key(guild=HERE), await here.key(Scope.READ, guild=OPERATOR)
        managing = await here.key(Scope.MANAGE, guild=OPERATOR)

        await here.refused(Code.KEY_MISSING, "POST", "/-/reload", headers=ELSEWHERE)
        await here.refused(Code.NOT_FOUND, "POST", "/-/reload", headers={**guilds, **ELSEWHERE})
        await here.refused(Code.SCOPE_MISSING, "POST", "/-/reload", headers={**reading, **ELSEWHERE})
        assert asked.times == 0
        assert (await here.ask("POST", "/-/reload", headers={**managing, **ELSEWHERE}))[0] == 200


async def test_a_page_in_a_browser_on_the_same_machine_cannot_reload() -> None:
    asked = Asked()
    async with world(reload=asked) as here:
        for headers in ({"Origin": "https://evil.test"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            await here.refused(Code.FORBIDDEN, "POST", "/-/reload", headers=headers)
        assert (await here.ask("GET", "/-/reload"))[0] == 405
    assert asked.times == 0


async def test_without_a_file_to_read_again_there_is_no_such_route() -> None:
    async with world() as here:
        await here.refused(Code.NOT_FOUND, "POST", "/-/reload")


async def test_health_is_there_under_the_names_beside_it() -> None:
    async with world() as here:
        assert (await here.ask("GET", "/-/healthy"))[1] == (await here.ask("GET", "/live"))[1]
        assert (await here.ask("GET", "/-/ready"))[:2] == (await here.ask("GET", "/ready"))[:2]
        here.ending.set()
        assert (await here.ask("GET", "/-/ready"))[0] == 503
        assert (await here.ask("GET", "/-/healthy"))[0] == 200
