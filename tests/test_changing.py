"""What may change while the program runs: every key is in one table, and what is different is said without secrets."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from alerts.settings.changing import AT_THE_START, WHILE_RUNNING, in_effect, places
from alerts.settings.difference import Changed, difference
from alerts.settings.load import load
from alerts.settings.model import Settings
from tests.test_reload import BASE, OTHERS
from tests.test_settings import JETSON, PI


def told(text: str = "", **env: str) -> Settings:
    return load(PI + text, env)


def test_every_key_either_changes_while_running_or_says_why_not() -> None:
    unclassified = [place for place in places() if (place in WHILE_RUNNING) is (place in AT_THE_START)]
    gone = (WHILE_RUNNING | AT_THE_START.keys()) - set(places())

    assert not unclassified, "put each into one table of alerts/settings/changing.py"
    assert not gone


def test_values_are_said_as_people_write_them() -> None:
    before = told("cache: {fresh: 90s}\nfetch: {max_bytes: 5MiB}")
    after = told(
        "cache: {fresh: 5m, ttl: {default: 2h}}\nfetch: {pace: none, max_bytes: 6MiB}\n"
        "confirm: {price_drop: 12.5%}\ntiers: {hot: {every: 1m}}\nvendors: {Acme: {pace: 1/2s}}"
    )

    assert [str(each) for each in difference(before, after).settings] == [
        "fetch.max_bytes: 5MiB → 6MiB",
        "fetch.pace: 1/s → none",
        "vendors.Acme.pace: none → 1/2s",
        "cache.fresh: 90s → 5m",
        "cache.ttl: {default: 1h} → {default: 2h}",
        "tiers.hot.every: 5m → 1m",
        "confirm.price_drop: 40% → 12.5%",
    ]


def test_products_are_said_by_sku_and_changed_ones_with_their_keys() -> None:
    found = difference(told(), load((PI + JETSON).replace("Raspberry Pi 5", "Pi 5"), {}))

    assert (found.added, found.removed, found.changed) == (("jetson",), (), ("pi5 (name)",))
    assert difference(load(PI + JETSON, {}), told()).removed == ("jetson",)


def test_nothing_of_a_secret_is_said() -> None:
    old, new = "redis://:first-password@one/0", "redis://:second-password@two/0"
    before = told(HS_STORE__URL=old, TINYFISH_API_KEY="first-key-of-mine")
    after = told(HS_STORE__URL=new, TINYFISH_API_KEY="second-key-of-mine", DISCORD_CLIENT_SECRET="third-key-of-mine")

    said = " ".join(str(each) for each in difference(before, after).settings)

    assert "store.url: (not shown) → (not shown)" in said
    assert "web.oauth_client_secret: none → (not shown)" in said
    assert "tinyfish.api_key: (not shown) → (not shown)" in said
    assert not any(word in said for word in ("first", "second", "third"))


def test_what_waits_for_a_restart_stays_as_it_runs_and_is_named_each_time() -> None:
    running = told()
    wanted = told("web: {port: 8001}\ndiscord: {api_base: https://discord.test/api, pace: 10/s}\ncache: {fresh: 1m}")

    now = in_effect(running, wanted)

    assert now.web == running.web
    assert now.discord.api_base == running.discord.api_base
    assert (now.discord.pace, now.cache) == (wanted.discord.pace, wanted.cache)
    assert difference(now, wanted).waiting == ["discord.api_base", "web.port"]
    assert difference(now, wanted).settings[1] == Changed(
        "web.port", "8000", "8001", "the web server is built at the start"
    )


def test_the_same_configuration_is_no_difference() -> None:
    assert not difference(told(), told())


@pytest.mark.parametrize("place", sorted(AT_THE_START))
def test_nothing_that_waits_takes_effect(place: str) -> None:
    name, _, key = place.partition(".")
    running = told()
    section = getattr(running, name).model_copy(update={key: SecretStr("something else of mine")})

    assert in_effect(running, running.model_copy(update={name: section})) == running


_OTHERS = {"web.port": 8001, "store.data_dir": "elsewhere", "discord.shards": "0-1/2", "operator.channel": 9} | OTHERS
_SOME = st.lists(st.sampled_from(sorted(_OTHERS)), unique=True, max_size=6)


@given(_SOME, _SOME)
def test_what_holds_differs_from_what_is_wanted_in_what_waits_and_in_nothing_else(
    one: list[str], two: list[str]
) -> None:
    running, wanted = with_all(one), with_all(two)

    now = in_effect(running, wanted)

    left = difference(now, wanted)
    assert all(each.waits for each in left.settings)
    assert (left.added, left.removed, left.changed) == ((), (), ())
    assert {each.key for each in difference(running, wanted).settings if each.waits} == set(left.waiting)
    assert in_effect(now, wanted) == now
    assert in_effect(running, running) == running


def with_all(places_: list[str]) -> Settings:
    data: dict[str, Any] = {name: dict(value) if isinstance(value, dict) else value for name, value in BASE.items()}
    for place in places_:
        name, _, key = place.partition(".")
        data[name] = {**data.get(name, {}), key: _OTHERS[place]} if key else _OTHERS[place]
    return Settings.model_validate(data)
