"""Every vendor has one look, also one that nobody configured, and a stranger's costs no memory for ever."""

from __future__ import annotations

from alerts.reading import looks
from alerts.reading.looks import Looks
from tests.fakes import FakeClock, Shops


def made(*configured: str) -> tuple[Looks, list[str]]:
    asked: list[str] = []

    def make(vendor: str) -> Shops:
        asked.append(vendor)
        return Shops(FakeClock())

    return Looks(configured, make), asked


def test_a_host_that_nobody_configured_is_looked_at_with_one_breaker_and_pace() -> None:
    found, asked = made("Acme")

    assert found["shop.test"] is found["shop.test"]
    assert asked == ["Acme", "shop.test"]
    assert list(found) == ["Acme", "shop.test"]
    assert len(found) == 2


def test_the_stranger_asked_longest_ago_is_forgotten_and_no_configured_vendor() -> None:
    found, asked = made("Acme")
    first, acme = found["host-0"], found["Acme"]
    for number in range(1, looks._REMEMBERED + 1):
        found[f"host-{number}"]
        if number == 5:
            assert found["host-0"] is first

    assert len(found) == looks._REMEMBERED + 1
    assert found["Acme"] is acme
    assert found["host-0"] is first
    assert asked.count("host-1") == 1
    assert found["host-1"] is not None
    assert asked.count("host-1") == 2


def test_who_is_configured_later_keeps_the_look_they_had_with_its_breaker_and_pace() -> None:
    found, asked = made("Acme", "Bolt")
    acme, stranger = found["Acme"], found["shop.test"]

    found.configure(["Acme", "shop.test", "New"])

    assert (found["Acme"], found["shop.test"]) == (acme, stranger)
    assert list(found) == ["Acme", "shop.test", "New"]
    assert asked == ["Acme", "Bolt", "shop.test", "New"]


def test_others_become_the_looks_of_everybody_who_holds_them() -> None:
    found, _ = made("Acme")
    other, asked = made("Acme", "Bolt")
    before = found["Acme"]

    found.become(other)

    assert found["Acme"] is other["Acme"]
    assert found["Acme"] is not before
    assert found["new.test"] is other["new.test"]
    assert asked == ["Acme", "Bolt", "new.test"]
