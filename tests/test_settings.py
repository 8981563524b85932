"""Every fault of a configuration is one sentence that names the place and the cure."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.model import ReaderKind, Tier
from alerts.settings.faults import ConfigError
from alerts.settings.load import load, load_file, secret_files
from alerts.settings.model import Settings
from alerts.settings.units import duration, pace, percent, size

PI = """\
products:
  - sku: pi5
    name: Raspberry Pi 5
    listings:
      - {vendor: Acme, url: https://acme.example/pi5}
"""
JETSON = """\
  - sku: jetson
    name: Jetson
    listings:
      - {vendor: Acme, url: https://acme.example/jetson}
"""


def fault(text: str, env: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        load(text, env or {})
    return str(caught.value)


def with_listing(**fields: str) -> str:
    row = {"vendor": "Acme", "url": "https://acme.example/pi5", **fields}
    return f"products: [{{sku: a, name: A, listings: [{{{', '.join(f'{k}: {v!r}' for k, v in row.items())}}}]}}]"


@pytest.mark.parametrize(
    ("text", "place", "cure"),
    [
        ("storr: {}", "config.yaml, line 1: storr", "did you mean store?"),
        ("store:\n  ulr: x", "config.yaml, line 2: store.ulr", "did you mean url?"),
        ("web:\n  zzz: 1", "config.yaml, line 2: web.zzz", "choose among host, port, public_metrics"),
        ("vendors:\n  Acme: {paze: 1/s}", "config.yaml, line 2: vendors.Acme.paze", "did you mean pace?"),
        ("vendors: {A: {reading: {price: 'a['}}}", "line 1: vendors.A.reading.price", "is not a CSS selector"),
        ("vendors: {A: {reading: {price: ''}}}", "line 1: vendors.A.reading.price", ""),
        ("vendors: {A: {reading: {state: s, price_path: '$..a'}}}", "vendors.A.reading.price_path", "offers[0].price"),
        ("vendors: {A: {reading: {price_path: a.b}}}", "vendors.A.reading", "set state"),
        ("vendors: {A: {reading: {state: script}}}", "vendors.A.reading", "set price_path or stock_path"),
        ("vendors: {A: {reading: {in_stock: [yes it is]}}}", "vendors.A.reading", "set stock or stock_path"),
        ("vendors: {A: {reading: {prise: .x}}}", "vendors.A.reading.prise", "did you mean price?"),
        ("store: {url: 'mysql://x'}", "line 1: store.url", "write embedded:// or redis://HOST:PORT/0"),
        ("store: {url: 'redis://'}", "line 1: store.url", "names no host"),
        ("store: {url: 'redis+sentinel://a:26379'}", "line 1: store.url", "write redis+sentinel://HOST:26379"),
        ("store: {url: 'redis+cluster://a:1,b:x'}", "line 1: store.url", "write redis+cluster://HOST:6379"),
        ("store: {url: 'redis+cluster://a:1/2'}", "line 1: store.url: names database 2", "has only one"),
        ("discord: {api_base: discord.com}", "line 1: discord.api_base", "starts with https://"),
        ("discord: {api_base: 'https://u:p@d.example'}", "line 1: discord.api_base", "take it out"),
        ("web: {public_url: 'http://sentry.example'}", "line 1: web.public_url", "put a proxy with https there"),
        ("web: {public_url: 'https://sentry.example/x'}", "line 1: web.public_url", "https://sentry.example.com"),
        ("web: {public_url: 'https://a@sentry.example'}", "line 1: web.public_url", "take it out"),
        ("web: {oauth_client_id: abc}", "line 1: web.oauth_client_id", ""),
        ("web: {oauth_client_secret: abc}", "config.yaml: web.oauth_client_secret", "set DISCORD_CLIENT_SECRET"),
        ("discord: {token: abc}", "config.yaml: discord.token", "set DISCORD_TOKEN or DISCORD_TOKEN_FILE"),
        ("tinyfish: {api_key: abc}", "config.yaml: tinyfish.api_key", "set TINYFISH_API_KEY"),
        ("fetch: {timeout: 20}", "line 1: fetch.timeout", "such as 20s, 5m, 1h or 28d"),
        ("fetch: {max_bytes: huge}", "line 1: fetch.max_bytes", "such as 5MiB"),
        ("fetch: {pace: fast}", "line 1: fetch.pace", "such as 1/s, 1/2s or 10/m, or none"),
        ("fetch: {concurrency: 0}", "line 1: fetch.concurrency", "mend the value"),
        ("fetch: {allow_private: [shop]}", "line 1: fetch.allow_private[0]", "for instance 127.0.0.1:8099"),
        ("fetch: {allow_private: shop}", "line 1: fetch.allow_private", "write its items with dashes"),
        ("fetch: 5", "line 1: fetch", "write keys and values below it"),
        ("tiers: {hot: {every: 10ms}}", "line 1: tiers.hot.every", "write a duration from 1s up"),
        ("tiers: {hott: {every: 1m}}", "line 1: tiers.hott", "did you mean hot?"),
        ("confirm: {price_drop: 0.4}", "line 1: confirm.price_drop", "such as 40%"),
        ("web: {host: everywhere}", "line 1: web.host", "write 127.0.0.1 or 0.0.0.0"),
        ("web: {port: 99999}", "line 1: web.port", "mend the value"),
        (with_listing(url="acme.example"), "products[0].listings[0].url", "starts with https://"),
        (with_listing(reader="magic"), "products[0].listings[0].reader", "choose 'auto', 'page', 'shopify'"),
        (with_listing(region="Britain"), "products[0].listings[0].region", "for instance GB, EU or US-CA."),
        ("products: [{sku: a, name: A, listings: [{vendor: A, url: 'https://a.example', region: NO}]}]",
         "products[0].listings[0].region", "put NO in quotes"),
        (with_listing(currency="pounds"), "products[0].listings[0].currency", "such as GBP"),
        (PI.replace("name: R", "tier: boiling\n    name: R"), "line 3: products[0].tier", "'hot', 'warm'"),
        (PI.replace("sku: pi5", "sku: Pi 5"), "line 2: products[0].sku", "small letters, digits"),
        (PI.replace("sku: pi5", "skew: pi5"), "products[0]", ""),
        (PI.partition("    listings")[0], "products[0].listings", "is missing; write it"),
        ("products: [{sku: a, name: A, listings: []}]", "products[0].listings", "write at least one"),
        (PI + JETSON.replace("sku: jetson", "sku: pi5"), "products[1]: the sku 'pi5'", "give each product its own"),
        (PI + JETSON.replace("name: Jetson", "name: PI5"), "products[1]: the name 'pi5'", "give each product its own"),
        (PI + "      - {vendor: Acme, url: 'https://acme.example/pi5'}", "line 4: products[0].listings", "keep one"),
        ("web: {}\nweb: {}", "config.yaml, line 2", "the key 'web' is written twice"),
        ("web: [", "config.yaml, line 1", "mend that line"),
        ("web: \t{", "config.yaml, line 1", "mend that line"),
        ("- a", "config.yaml", "write sections such as 'products:'"),
        ("just words", "config.yaml", "write sections such as 'products:'"),
        ("1: 2", "config.yaml", "write sections such as 'products:'"),
        ("[" * 5000, "config.yaml", "mend it or start from the shipped one"),
        ("a: !!python/object:os.system {}", "config.yaml, line 1", "mend that line"),
    ],
)  # fmt: skip
def test_a_fault_is_one_sentence_with_its_place_and_its_cure(text: str, place: str, cure: str) -> None:
    said = fault(text)

    assert place in said
    assert cure in said
    assert "\n" not in said
    assert said.endswith((".", "?"))


@pytest.mark.parametrize(
    ("env", "place", "cure"),
    [
        ({"HS_STOER__URL": "x"}, "HS_STOER__URL", "did you mean HS_STORE__URL?"),
        ({"HS_STORE__ULR": "x"}, "HS_STORE__ULR", "did you mean HS_STORE__URL?"),
        ({"HS_STORE__URL": "nowhere"}, "environment variable HS_STORE__URL: store.url", "write embedded://"),
        ({"HS_TIERS__HOT__EVERY": "5"}, "HS_TIERS__HOT__EVERY: tiers.hot.every", "such as 20s"),
        ({"HS_FETCH__ALLOW_PRIVATE": "oops"}, "environment", "as JSON"),
        (
            {"DISCORD_TOKEN": "a", "DISCORD_TOKEN_FILE": "b"},
            "DISCORD_TOKEN and DISCORD_TOKEN_FILE",
            "unset one of them",
        ),
        ({"DISCORD_TOKEN": "a", "HS_DISCORD__TOKEN": "b"}, "DISCORD_TOKEN and HS_DISCORD__TOKEN", "unset one of them"),
        ({"DISCORD_TOKEN_FILE": "nowhere/at/all"}, "DISCORD_TOKEN_FILE", "mend path or rights"),
    ],
)
def test_a_fault_in_the_environment_names_the_variable(env: dict[str, str], place: str, cure: str) -> None:
    said = fault("", env)

    assert place in said
    assert cure in said


def test_no_fault_repeats_a_secret() -> None:
    said = fault("", {"DISCORD_TOKEN": "hush-hush", "HS_DISCORD__TOKEN": "hush-hush"})

    assert "hush-hush" not in said


def test_settings_do_not_show_their_secrets() -> None:
    assert "hush-hush" not in repr(load("", {"DISCORD_TOKEN": "hush-hush"}))


def test_nothing_written_is_every_default() -> None:
    assert load("", {}) == Settings()


def test_what_has_nothing_to_do_with_us_is_left_alone() -> None:
    assert load("", {"PATH": "/bin", "HSTS": "1", "STORE__URL": "x"}) == Settings()


def test_the_environment_wins_over_the_file() -> None:
    settings = load("store: {url: 'redis://a:1/0', data_dir: here}", {"HS_STORE__URL": "redis://b:2/0"})

    assert settings.store.url == "redis://b:2/0"
    assert settings.store.data_dir == Path("here")


def test_one_number_of_a_tier_in_the_environment_leaves_the_other_as_the_file_has_it() -> None:
    settings = load("tiers: {hot: {limit: 7}}", {"HS_TIERS__HOT__EVERY": "2s"})

    assert (settings.tiers.hot.every, settings.tiers.hot.limit) == (timedelta(seconds=2), 7)


def test_one_number_of_a_tier_in_the_file_leaves_its_other_default() -> None:
    assert load("tiers: {warm: {every: 2h}}", {}).tiers.warm.limit == Settings().tiers.warm.limit


def test_a_list_in_the_environment_is_json() -> None:
    settings = load("", {"HS_FETCH__ALLOW_PRIVATE": '["127.0.0.1:8099"]'})

    assert settings.fetch.allow_private == ("127.0.0.1:8099",)


@pytest.mark.parametrize("name", ["DISCORD_TOKEN", "HS_DISCORD__TOKEN"])
def test_the_token_comes_from_the_environment(name: str) -> None:
    token = load("", {name: "abc"}).discord.token

    assert token is not None
    assert token.get_secret_value() == "abc"


@pytest.mark.parametrize("name", ["DISCORD_TOKEN_FILE", "HS_DISCORD__TOKEN_FILE"])
def test_the_token_comes_from_a_file_without_its_last_line_break(name: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("abc\n")
    token = load("", {name: str(tmp_path / "token")}).discord.token

    assert token is not None
    assert token.get_secret_value() == "abc"


def test_the_stores_address_may_come_from_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("redis://:hush-hush@b:2/0\n")
    env = {"HS_STORE__URL_FILE": str(tmp_path / "store")}

    assert load("store: {url: 'redis://a:1/0'}", env).store.url == "redis://:hush-hush@b:2/0"
    with pytest.raises(ConfigError, match="HS_STORE__URL and HS_STORE__URL_FILE are both set"):
        load("", {**env, "HS_STORE__URL": "redis://a:1/0"})
    (tmp_path / "store").write_text("redis://:hush/hush@b:2/0")
    with pytest.raises(ConfigError) as refused:
        load("", env)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("text", ["discord:", "discord: soon", "discord: []", "store: 7"])
def test_a_section_that_is_none_is_a_fault_beside_a_secret_of_it_too(text: str) -> None:
    with pytest.raises(ConfigError, match="is not a section"):
        load(text, {"DISCORD_TOKEN": "abc", "HS_SECRET_KEY": "def"})


def test_every_file_of_a_secret_is_known_by_what_names_it() -> None:
    env = {"DISCORD_TOKEN_FILE": "a", "HS_STORE__SECRET_KEY_FILE": "b", "HS_STORE__URL_FILE": "c", "HS_STORE__URL": "x"}

    assert secret_files(env) == {name: Path(env[name]) for name in sorted(env) if name.endswith("_FILE")}


def test_an_empty_secret_is_none(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("\n")

    assert load("", {"DISCORD_TOKEN": ""}).discord.token is None
    assert load("", {"DISCORD_TOKEN_FILE": str(tmp_path / "token")}).discord.token is None


def test_a_secret_leaves_the_rest_of_its_section_as_the_file_has_it() -> None:
    settings = load("discord: {api_base: 'http://127.0.0.1:1/api/v10'}", {"DISCORD_TOKEN": "abc"})

    assert settings.discord.api_base == "http://127.0.0.1:1/api/v10"


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yaml: cannot be read .*: name a file with --config"):
        load_file(tmp_path / "none.yaml", {})


def test_a_file_that_is_not_text_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ConfigError, match="not UTF-8 text"):
        load_file(tmp_path / "c.yaml", {})


def test_a_product_becomes_what_the_engine_knows() -> None:
    (product,) = load(with_listing(currency="GBP", variant="8GB", region="gb", reader="shopify"), {}).catalogue()
    (listing,) = product.listings

    assert (product.sku, product.tier) == ("a", Tier.WARM)
    assert (listing.sku, listing.currency, listing.variant, listing.region) == ("a", "GBP", "8GB", "GB")
    assert listing.reader is ReaderKind.SHOPIFY


def test_a_listing_keeps_its_id_while_address_and_variant_stay() -> None:
    def listing_id(**fields: str) -> str:
        return load(with_listing(**fields), {}).catalogue()[0].listings[0].id

    assert listing_id(currency="GBP") == listing_id(reader="page") == listing_id(region="EU") == listing_id()
    assert len({listing_id(), listing_id(variant="8GB"), listing_id(url="https://acme.example/other")}) == 3


@pytest.mark.parametrize("vendor", ["Nürnberg & Söhne", "日本橋", "{}*?[]:", "  "])
def test_a_vendor_of_any_name_makes_a_safe_id(vendor: str) -> None:
    (product,) = load(with_listing(vendor=vendor), {}).catalogue()

    assert product.listings[0].vendor == vendor


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("20s", 20), ("5m", 300), ("1h30m", 5400), ("28d", 2419200), ("250ms", 0.25), ("1.5h", 5400), (" 2W ", 1209600)],
)
def test_a_duration_has_a_unit(text: str, seconds: float) -> None:
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("raw", ["", "20", 20, "s", "-5s", "5 apples", "5s or so", None, True, [], "1e3s"])
def test_what_is_no_duration_is_refused(raw: Any) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        duration(raw)


@pytest.mark.parametrize("number", ["9" * 30, "9" * 400, "9" * 5000], ids=len)
def test_a_time_longer_than_time_itself_is_refused_as_a_fault_of_the_file(number: str) -> None:
    assert "fetch.timeout" in fault(f"fetch: {{timeout: {number}d}}")
    assert "fetch.pace" in fault(f"fetch: {{pace: 1/{number}h}}")


@pytest.mark.parametrize(
    ("text", "bytes_"), [("5MiB", 5 * 1024**2), ("800KB", 800_000), ("1 kib", 1024), ("17", 17), (17, 17), ("3b", 3)]
)
def test_a_size_counts_bytes(text: Any, bytes_: int) -> None:
    assert size(text) == bytes_


@pytest.mark.parametrize("raw", ["", "0", "-1", "5 GB-ish", "1.5MiB", None])
def test_what_is_no_size_is_refused(raw: Any) -> None:
    with pytest.raises(ValueError, match="is not a size"):
        size(raw)


@pytest.mark.parametrize(
    ("raw", "seconds"), [("1/s", 1), ("1/2s", 2), ("10/m", 6), ("4/s", 0.25), ("none", None), (None, None)]
)
def test_a_pace_is_the_least_time_between_two_requests(raw: Any, seconds: float | None) -> None:
    assert pace(raw) == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize("raw", ["0/s", "1", "1/", "s", "1/day", "-1/s", 0.5])
def test_what_is_no_pace_is_refused(raw: Any) -> None:
    with pytest.raises(ValueError, match="is not a pace"):
        pace(raw)


def test_every_kind_of_value_is_kept_as_it_was_written() -> None:
    settings = load(
        """
        discord: {api_base: "http://127.0.0.1:1/api", pace: 9/s, shards: 0-1/4}
        store: {url: "valkey://a:1/0", data_dir: there}
        fetch: {timeout: 1s, max_bytes: 1KiB, pace: none, concurrency: 9, allow_private: ["a:1"], respect_robots: false}
        vendors:
          Acme:
            {timeout: 2s, pace: 1/5s, retry: {attempts: 5},
             reading: {price: ".now > b", in_stock: [on hand], stock: "#s"}}
        tinyfish: {base_url: "https://t.test", timeout: 3s, daily_budget_usd: 1.5}
        cache: {fresh: 4s, ttl: {default: 5s, cards: 24h}, memory: 6, popular: 7}
        tiers: {hot: {every: 6s, limit: 1}, warm: {every: 7s, limit: 2}, cold: {every: 8s, limit: 3}, adapt: no}
        confirm:
          {restock_delay: 9s, price_drop: 33.5%, reads: 4, suspicious_reads: 5, suspicious_span: 1m, flips: 6,
           flap_window: 7m, flap_calm: 8m, mass_least: 9, mass_share: 10%, blind_after: 11}
        history:
          {hot: {full: 91d, keep: 92d}, warm: {full: 93d, keep: 94d}, cold: {full: 95d, keep: 96d},
           frozen: {full: 97d, keep: 98d}}
        guilds: {watches: 9, urls: 8, hot: 7}
        heartbeat: {every: 3m}
        traces: {endpoint: "http://127.0.0.1:4318", sample: 50%}
        web:
          {host: "::", port: 0, public_metrics: true, trusted_proxies: [10.0.0.0/8], public_url: "https://s.test",
           oauth_client_id: "42"}
        limits:
          {commands_per_user: 1, commands_per_guild: 2, fresh_per_member: 3, fresh_per_guild: 4, keys_per_guild: 5}
        operator: {channel: 42, report_channel: 43, silence: 3m}
        backup: {folder: /b, every: 2d, increments: 2h, keep: 9d}
        """,
        {},
    )

    assert settings.confirm.price_drop == Decimal("0.335")
    assert settings.vendors["Acme"].pace == timedelta(seconds=5)
    assert settings.vendors["Acme"].reading.price == ".now > b"
    assert settings.cache.ttl["cards"] == timedelta(days=1)
    assert settings.fetch.pace is None
    defaults = Settings()
    kept = [(name, key) for name, section in settings if name not in ("vendors", "products") for key, _ in section]
    unset = {("discord", "token"), ("tinyfish", "api_key"), ("store", "secret_key"), ("web", "oauth_client_secret")}
    unset |= {("heartbeat", "url"), ("backup", "key"), ("sentry", "dsn")}
    assert {(n, k) for n, k in kept if getattr(getattr(settings, n), k) == getattr(getattr(defaults, n), k)} == unset


def test_a_percentage_is_a_fraction() -> None:
    assert percent("40%") == Decimal("0.4")


@pytest.mark.parametrize("raw", ["40", "0.4", "101%", "-1%", "%"])
def test_what_is_no_percentage_is_refused(raw: str) -> None:
    with pytest.raises(ValueError, match="is not a percentage"):
        percent(raw)


@given(st.text(max_size=200))
def test_any_text_is_settings_or_a_fault(text: str) -> None:
    with suppress(ConfigError):
        load(text, {})


@pytest.mark.parametrize(
    ("web", "address"),
    [("{}", "http://127.0.0.1:8000"), ("{host: 0.0.0.0, port: 80}", "http://127.0.0.1:80"),
     ("{host: '::'}", "http://[::1]:8000"), ("{public_url: 'https://sentry.example/'}", "https://sentry.example"),
     ("{public_url: 'http://localhost:9000'}", "http://localhost:9000"),
     ("{public_url: 'http://[::1]:9000'}", "http://[::1]:9000")],
)  # fmt: skip
def test_people_are_sent_to_the_public_address_or_to_this_machine(web: str, address: str) -> None:
    assert load(f"web: {web}", {}).web.address() == address
