"""The program as an operator runs it: its configuration changes while it goes on, and it ends in order."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.program import program

pytestmark = pytest.mark.valkey


def config_in(folder: Path, *lines: str, skus: tuple[str, ...] = ("pi5",)) -> Path:
    rows = [f"  - {{sku: {sku}, name: {sku}, listings: [{{vendor: Acme, url: 'https://acme.invalid/{sku}'}}]}}"
            for sku in skus]  # fmt: skip
    config = folder / "config.yaml"
    config.write_text("\n".join([f"store: {{data_dir: {folder / 'd'}}}", *lines, "products:", *rows]) + "\n")
    return config


def test_a_signal_or_a_request_has_the_configuration_read_again(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    with program(config) as here:
        here.until("running")
        config_in(tmp_path, "cache: {fresh: 2m}", skus=("pi5", "deck"))
        here.process.send_signal(signal.SIGHUP)
        by_signal = here.until("configuration reloaded")
        config_in(tmp_path, "cache: {frash: 2m}")
        refused = here.ask("POST", "/-/reload")
        failed = here.ask("GET", "/metrics")[1]
        config_in(tmp_path, "web: {host: 0.0.0.0}", "operator: {silence: 1h}")
        taken = here.ask("POST", "/-/reload")
        here.process.send_signal(signal.SIGTERM)
        assert here.process.wait(20) == 0

    assert (by_signal["changed"], by_signal["products_added"]) == (["cache.fresh: 5m → 2m"], ["deck"])
    assert (refused[0], refused[1]["code"]) == (422, "refused")
    assert refused[1]["detail"].endswith(
        "config.yaml, line 2: cache.frash: there is no such setting; did you mean fresh?"
    )
    assert "hs_config_last_reload_successful 0.0" in failed
    assert taken[0] == 200
    assert [each["key"] for each in taken[1]["settings"]] == ["cache.fresh", "web.host", "operator.silence"]
    assert (taken[1]["needs_restart"], taken[1]["products"]["removed"]) == (["web.host"], ["deck"])
