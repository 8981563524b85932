"""The API as an integrator uses it: what is answered, what is refused, and whose data it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from alerts.domain.api_keys import Plan, Scope
from alerts.domain.errors import StoreUnavailable
from alerts.domain.model import FailureReason
from bot.web.api.shapes import BatchShape, HistoryShape, JobShape, ProductsShape, ScanShape, WatchesShape
from bot.web.problems import Code
from tests.fakes import Shops
from tests.guards.project import ROOT
from tests.web.world import ELSEWHERE, HERE, Looks, World, world
from tests.worlds import OUT, failure, offer

PI = {"sku": "pi5"}


@pytest.fixture
async def here() -> AsyncIterator[World]:
    async with world() as made:
        yield made


async def test_a_scan_answers_every_offer_and_the_best_of_them(here: World) -> None:
    status, said, headers = await here.ask("POST", "/api/v1/scan", json=PI)
    assert status == 200
    assert ScanShape.model_validate(said)
    assert (said["sku"], said["source"], said["age_seconds"]) == ("pi5", "fresh", 0)
    assert [(each["vendor"], each["price"]) for each in said["offers"]] == [("Acme", "100.00"), ("Bolt", "90.00")]
    assert said["best"]["vendor"] == "Bolt"
    assert (headers["X-RateLimit-Tier"], headers["X-RateLimit-Limit"]) == ("anonymous", "5")


async def test_the_second_scan_is_from_memory_and_says_its_age(here: World) -> None:
    await here.ask("POST", "/api/v1/scan", json=PI)
    await here.clock.advance(42)
    _, said, _ = await here.ask("POST", "/api/v1/scan", json=PI)
    assert (said["source"], said["age_seconds"], here.shops.looks) == ("cached", 42, 2)


async def test_a_fresh_scan_asks_the_shops_again(here: World) -> None:
    await here.ask("POST", "/api/v1/scan", json=PI)
    _, said, _ = await here.ask("POST", "/api/v1/scan", json={**PI, "fresh": True})
    assert (said["source"], here.shops.looks) == ("fresh", 4)


async def test_a_shop_that_fails_is_named_and_its_last_offer_kept(here: World) -> None:
    await here.ask("POST", "/api/v1/scan", json=PI)
    here.shops.vendors["Bolt"] = failure(FailureReason.BLOCKED)
    _, said, _ = await here.ask("POST", "/api/v1/scan", json={**PI, "fresh": True})
    assert said["errors"][0]["reason"] == "blocked"
    bolt = said["offers"][1]
    assert (bolt["price"], bolt["availability"], bolt["stale"]) == ("90.00", "in_stock", True)


async def test_a_name_that_nobody_knows_is_said_with_where_to_look(here: World) -> None:
    said = await here.refused(Code.UNKNOWN_PRODUCT, "POST", "/api/v1/scan", json={"sku": "toaster"})
    assert said["field"] == "sku"
    assert "/products" in said["user_message"]["action"]


async def test_of_a_batch_each_is_answered_or_refused_alone(here: World) -> None:
    body = {"skus": ["pi5", "deck", "toaster"]}
    status, said, _ = await here.ask("POST", "/api/v1/scan/batch", json=body)
    assert status == 200
    assert BatchShape.model_validate(said)
    assert (set(said["results"]), set(said["errors"])) == ({"pi5", "deck"}, {"toaster"})
    assert said["errors"]["toaster"]["code"] == "unknown_product"
    figures = said["metadata"]
    assert (figures["total"], figures["successful"], figures["failed"], figures["cached"]) == (3, 2, 1, 0)


@pytest.mark.parametrize("skus", [[], ["a"] * 6, "pi5", [""], None])
async def test_a_batch_of_none_or_too_many_is_refused(here: World, skus: object) -> None:
    assert (await here.refused(Code.INVALID_FIELD, "POST", "/api/v1/scan/batch", json={"skus": skus}))["field"]


async def test_history_is_newest_first_and_not_sent_twice(here: World) -> None:
    key = await here.key()
    await here.ask("POST", "/api/v1/scan", json=PI)
    here.shops.vendors["Acme"] = offer(OUT)
    for _ in range(2):
        await here.clock.advance(30)
        await here.ask("POST", "/api/v1/scan", json={**PI, "fresh": True}, headers=key)
    status, said, headers = await here.ask("GET", "/api/v1/history?sku=pi5&vendor=acme", headers=key)
    assert status == 200
    assert HistoryShape.model_validate(said)
    assert [each["availability"] for each in said["points"]] == ["out_of_stock", "in_stock"]
    marked = {**key, "If-None-Match": headers["ETag"]}
    assert (await here.ask("GET", "/api/v1/history?sku=pi5&vendor=acme", headers=marked))[0] == 304


async def test_history_reaches_as_far_as_the_plan_and_says_so(here: World) -> None:
    await here.ask("POST", "/api/v1/scan", json=PI)
    old = "2026-10-01T00:00:00Z"
    free, all_of_it = await here.key(plan=Plan.FREE), await here.key(plan=Plan.ENTERPRISE)
    said = await here.refused(Code.PLAN_LIMIT, "GET", f"/api/v1/history?sku=pi5&since={old}", headers=free)
    assert "7 days" in said["detail"]
    assert (await here.ask("GET", f"/api/v1/history?sku=pi5&since={old}", headers=all_of_it))[0] == 200
    await here.clock.advance(8 * 86_400)
    assert (await here.ask("GET", "/api/v1/history?sku=pi5", headers=free))[1]["points"] == []
    assert (await here.ask("GET", "/api/v1/history?sku=pi5", headers=all_of_it))[1]["points"] != []


async def test_an_unknown_vendor_is_told_which_there_are(here: World) -> None:
    said = await here.refused(Code.UNKNOWN_VENDOR, "GET", "/api/v1/history?sku=pi5&vendor=nobody")
    assert "Acme" in said["detail"]


async def test_products_are_listed_and_looked_up(here: World) -> None:
    _, said, _ = await here.ask("GET", "/api/v1/products?q=steam")
    assert ProductsShape.model_validate(said)
    assert [each["sku"] for each in said["products"]] == ["deck"]
    assert len((await here.ask("GET", "/api/v1/products"))[1]["products"]) == 3


MANAGED: list[tuple[str, str, Any]] = [
    ("GET", "/api/v1/watches", None),
    ("POST", "/api/v1/watches", PI),
    ("DELETE", "/api/v1/watches?sku=pi5", None),
    ("GET", "/api/v1/subscriptions", None),
    ("POST", "/api/v1/subscriptions", {**PI, "target": {"id": "1"}}),
    ("DELETE", "/api/v1/subscriptions/x", None),
    ("GET", "/api/v1/webhooks", None),
    ("POST", "/api/v1/webhooks", {"url": "https://a.test/"}),
    ("POST", "/api/v1/jobs/scan", {"skus": ["pi5"]}),
    ("GET", "/api/v1/jobs/x", None),
    ("GET", "/api/v1/analytics/stats", None),
]


@pytest.mark.parametrize(("method", "path", "body"), MANAGED)
async def test_a_guilds_data_needs_a_key(here: World, method: str, path: str, body: Any) -> None:
    said = await here.refused(Code.KEY_MISSING, method, path, json=body)
    assert "hs_live_" in said["user_message"]["action"]


@pytest.mark.parametrize("text", ["Bearer nonsense", "Bearer hs_live_aaaaaaaa_" + "x" * 32, "Basic eDp5", "hs_live_"])
async def test_a_key_that_is_none_opens_nothing_not_even_what_is_open(here: World, text: str) -> None:
    headers = {"Authorization": text}
    await here.refused(Code.KEY_INVALID, "POST", "/api/v1/scan", json=PI, headers=headers)
    await here.refused(Code.KEY_INVALID, "GET", "/api/v1/watches", headers=headers)


async def test_a_revoked_key_opens_nothing(here: World) -> None:
    key, text = await here.parts.api_keys.create(HERE, "x", scopes=tuple(Scope))
    headers = {"Authorization": f"Bearer {text}"}
    assert (await here.ask("GET", "/api/v1/watches", headers=headers))[0] == 200
    await here.parts.api_keys.revoke(HERE, key.id)
    await here.refused(Code.KEY_INVALID, "GET", "/api/v1/watches", headers=headers)


SCOPES = [
    (Scope.READ, "POST", "/api/v1/scan", PI),
    (Scope.READ, "POST", "/api/v1/watches", PI),
    (Scope.READ, "POST", "/api/v1/jobs/scan", {"skus": ["pi5"]}),
    (Scope.SCAN, "GET", "/api/v1/watches", None),
    (Scope.SCAN, "GET", "/api/v1/history?sku=pi5", None),
    (Scope.MANAGE, "POST", "/api/v1/scan", PI),
]


@pytest.mark.parametrize(("scope", "method", "path", "body"), SCOPES)
async def test_a_key_does_what_it_was_made_for_alone(
    here: World, scope: Scope, method: str, path: str, body: Any
) -> None:
    await here.refused(Code.SCOPE_MISSING, method, path, json=body, headers=await here.key(scope))


async def test_watches_are_added_listed_and_ended(here: World) -> None:
    key = await here.key()
    status, said, headers = await here.ask("POST", "/api/v1/watches", json={**PI, "tier": "hot"}, headers=key)
    assert (status, said["sku"], said["tier"]) == (201, "pi5", "hot")
    assert headers["Location"] == "/api/v1/watches/pi5"
    await here.refused(Code.CONFLICT, "POST", "/api/v1/watches", json=PI, headers=key)
    _, listed, _ = await here.ask("GET", "/api/v1/watches", headers=key)
    assert WatchesShape.model_validate(listed)
    assert [each["sku"] for each in listed["watches"]] == ["pi5"]
    assert (await here.ask("DELETE", "/api/v1/watches/pi5", headers=key))[0] == 204
    await here.refused(Code.NOT_FOUND, "DELETE", "/api/v1/watches?sku=pi5", headers=key)


async def test_another_guilds_watch_looks_like_none(here: World) -> None:
    await here.ask("POST", "/api/v1/watches", json=PI, headers=await here.key())
    theirs = await here.key(guild=ELSEWHERE)
    assert (await here.ask("GET", "/api/v1/watches", headers=theirs))[1] == {"watches": []}
    nothing = await here.refused(Code.NOT_FOUND, "DELETE", "/api/v1/watches/pi5", headers=theirs)
    never = await here.refused(Code.NOT_FOUND, "DELETE", "/api/v1/watches/deck", headers=theirs)
    assert {**nothing, "request_id": ""} == {**never, "request_id": ""}


@pytest.mark.parametrize("body", [{}, {"sku": "pi5", "url": "https://a.test/x"}, {"sku": "pi5", "tier": "boiling"}])
async def test_a_watch_of_nothing_or_of_two_things_is_refused(here: World, body: Any) -> None:
    await here.refused(Code.INVALID_FIELD, "POST", "/api/v1/watches", json=body, headers=await here.key())


async def test_a_page_inside_the_operators_network_is_not_watched(here: World) -> None:
    for url in ("http://127.0.0.1/x", "http://[::1]/", "ftp://a.test/", "https://user:pass@a.test/x"):
        status, said, _ = await here.ask("POST", "/api/v1/watches", json={"url": url}, headers=await here.key())
        assert (status, said["code"]) in ((422, "refused"), (422, "invalid_field")), (url, said)


async def test_nobody_has_alerts_sent_to_a_channel_that_is_not_theirs(here: World) -> None:
    body = {**PI, "target": {"type": "channel", "id": "42"}}
    said = await here.refused(Code.REFUSED, "POST", "/api/v1/subscriptions", json=body, headers=await here.key())
    assert "token" in said["detail"]


@pytest.mark.parametrize("kind", ["dm", "webhook", "apprise", "endpoint"])
async def test_only_channels_are_targets(here: World, kind: str) -> None:
    body = {**PI, "target": {"type": kind, "id": "42"}}
    await here.refused(Code.INVALID_FIELD, "POST", "/api/v1/subscriptions", json=body, headers=await here.key())


async def test_a_job_is_begun_done_and_read(here: World) -> None:
    key = {**await here.key(), "Idempotency-Key": "night-1"}
    status, said, headers = await here.ask("POST", "/api/v1/jobs/scan", json={"skus": ["pi5", "toaster"]}, headers=key)
    assert (status, said["status"], said["result"]) == (202, "queued", None)
    again = await here.ask("POST", "/api/v1/jobs/scan", json={"skus": ["pi5", "toaster"]}, headers=key)
    assert again[1]["id"] == said["id"]
    await here.work()
    _, done, _ = await here.ask("GET", headers["Location"], headers=key)
    assert JobShape.model_validate_json(orjson.dumps(done))
    assert (done["status"], set(done["result"]["results"]), set(done["result"]["errors"])) == (
        "done",
        {"pi5"},
        {"toaster"},
    )
    await here.refused(Code.IDEMPOTENCY_CONFLICT, "POST", "/api/v1/jobs/scan", json={"skus": ["deck"]}, headers=key)
    await here.refused(Code.NOT_FOUND, "GET", headers["Location"], headers=await here.key(guild=ELSEWHERE))


async def test_a_jobs_fresh_scans_are_its_askers(here: World) -> None:
    key = await here.key(plan=Plan.FREE)
    skus = ["pi5", "deck", "jetson"]
    for name in range(4):
        headers = {**key, "Idempotency-Key": f"night-{name}"}
        await here.ask("POST", "/api/v1/jobs/scan", json={"skus": skus}, headers=headers)
    await here.work()
    assert here.shops.looks == 2 * 10


async def test_a_free_key_scans_freshly_ten_times_an_hour(here: World) -> None:
    key = await here.key(plan=Plan.FREE)
    for _ in range(10):
        assert (await here.ask("POST", "/api/v1/scan", json={**PI, "fresh": True}, headers=key))[0] == 200
    said = await here.refused(Code.FRESH_LIMITED, "POST", "/api/v1/scan", json={**PI, "fresh": True}, headers=key)
    assert 3500 < said["retry_after_seconds"] <= 3600
    assert (await here.ask("POST", "/api/v1/scan", json=PI, headers=key))[0] == 200


LIMITS = [(None, 5), (Plan.FREE, 20), (Plan.PRO, 100), (Plan.ENTERPRISE, 500)]


@pytest.mark.parametrize(("plan", "limit"), LIMITS)
async def test_the_table_of_limits_by_real_requests(here: World, plan: Plan | None, limit: int) -> None:
    headers = await here.key(plan=plan) if plan else {}
    for left in reversed(range(limit)):
        status, _, said = await here.ask("GET", "/api/v1/products?limit=1", headers=headers)
        assert (status, said["X-RateLimit-Remaining"]) == (200, str(left))
    problem = await here.refused(Code.RATE_LIMITED, "GET", "/api/v1/products?limit=1", headers=headers)
    assert problem["should_retry"]
    assert problem["retry_after_seconds"] <= 60
    await here.clock.advance(61)
    assert (await here.ask("GET", "/api/v1/products?limit=1", headers=headers))[0] == 200


async def test_a_made_up_address_in_a_header_is_no_new_allowance(here: World) -> None:
    for number in range(5):
        headers = {"X-Forwarded-For": f"198.51.100.{number}"}
        assert (await here.ask("GET", "/api/v1/products", headers=headers))[0] == 200
    await here.refused(Code.RATE_LIMITED, "GET", "/api/v1/products", headers={"X-Forwarded-For": "198.51.100.99"})


async def test_the_operators_figures_are_not_a_guilds(here: World) -> None:
    through_a_proxy = {"X-Forwarded-For": "198.51.100.1"}
    for path in ("/internal/cache-stats", "/health/detailed"):
        await here.refused(Code.KEY_MISSING, "GET", path, headers=through_a_proxy)
        await here.refused(Code.NOT_FOUND, "GET", path, headers={**through_a_proxy, **await here.key()})
        assert (await here.ask("GET", path, headers={**through_a_proxy, **await here.key(guild=0)}))[0] == 200
        assert (await here.ask("GET", path))[0] == 200
    await here.refused(Code.NOT_FOUND, "GET", "/metrics", headers=through_a_proxy)


async def test_the_cache_counts_what_it_answered(here: World) -> None:
    for _ in range(3):
        await here.ask("POST", "/api/v1/scan", json=PI)
    _, said, _ = await here.ask("GET", "/internal/cache-stats")
    assert (said["total"]["hits"], said["total"]["misses"]) == (2, 1)
    assert said["by_category"]["single-board"]["hits"] == 2


async def test_memory_that_is_away_is_said_so_and_nothing_is_guessed(here: World, monkeypatch: Any) -> None:
    key = await here.key()

    async def away(*_: object, **__: object) -> None:
        raise StoreUnavailable("The store at redis://secret does not answer.")

    monkeypatch.setattr(here.store, "watches", away)
    said = await here.refused(Code.STORE_AWAY, "GET", "/api/v1/watches", headers=key)
    assert "secret" not in str(said)


async def test_a_page_that_cannot_be_read_now_is_not_watched_and_may_be_tried_again(here: World) -> None:
    key, url = await here.key(), "https://elsewhere.test/x"
    looks = here.parts.looks
    assert isinstance(looks, Looks)
    looks["elsewhere.test"] = Shops(here.clock, **{"elsewhere.test": failure(FailureReason.TIMEOUT)})
    said = await here.refused(Code.SHOP_UNREADABLE, "POST", "/api/v1/watches", json={"url": url}, headers=key)
    assert (said["should_retry"], said["retry_after_seconds"], said["field"]) == (True, 300, "url")
    assert (await here.ask("GET", "/api/v1/watches", headers=key))[1] == {"watches": []}


async def test_a_program_on_its_way_out_sends_askers_away_and_says_that_it_lives(here: World) -> None:
    here.ending.set()
    said = await here.refused(Code.NOT_READY, "GET", "/api/v1/products")
    assert said["should_retry"]
    assert (await here.ask("GET", "/live"))[0] == 200
    assert (await here.ask("GET", "/health"))[0] == 200
    assert (await here.ask("GET", "/ready"))[0] == 503


async def test_the_document_for_people_names_every_endpoint_and_every_code(here: World) -> None:
    text = (ROOT / "docs/api.md").read_text("utf-8")
    _, said, _ = await here.ask("GET", "/openapi.json")
    for path, methods in said["paths"].items():
        for method in methods:
            short = path.rpartition("/")[2]
            assert f"`{method.upper()} {path}`" in text or f"`/{short}`" in text, (method, path)
    assert [code for code in Code if f"`{code}`" not in text] == []
