"""A log of readings through the real rules: every decision with its reason, as stable JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from alerts.domain.errors import BadInput
from alerts.replay import Replay
from bot.cli.main import run

ROW = ["at", "sku", "vendor", "change", "subscription", "decision", "reason"]


def look(minute: float, verdict: str = "in_stock", price: str | None = "499.99", **more: Any) -> dict[str, Any]:
    hour, rest = divmod(minute, 60)
    reading = {"verdict": verdict, "price": price, "currency": "GBP", **more}
    at = f"2026-11-22T{12 + int(hour):02}:{int(rest):02}:{round(rest % 1 * 60):02}Z"
    return {"at": at, "sku": "pi5", "vendor": "Acme", "reading": reading}


def wish(identity: str = "s1", **rules: Any) -> dict[str, Any]:
    return {"at": "2026-11-22T11:00:00Z", "subscription": {"id": identity, "sku": "pi5", **rules}}


def play(*lines: dict[str, Any]) -> list[dict[str, Any]]:
    replay = Replay()
    return [row for line in lines for row in replay.take(line)]


def told(rows: Iterable[dict[str, Any]]) -> list[str]:
    return [row["change"] for row in rows if row["decision"] == "deliver"]


def test_a_restock_is_held_and_then_delivered_with_the_reasons() -> None:
    rows = play(wish(), look(0, "out_of_stock"), look(1), look(1.2))

    assert [(row["decision"], row["change"]) for row in rows] == [("hold", "restocked"), ("deliver", "restocked")]
    assert [list(row) for row in rows] == [ROW, ROW]
    assert rows[0]["reason"] == "a turn of the stock waits for a second look"


def test_two_independent_signals_are_told_at_once() -> None:
    evidence = [
        {"source": "json-ld", "path": "offers.availability", "raw": "InStock"},
        {"source": "buybox", "path": "button", "raw": "Add to basket"},
    ]

    assert told(play(wish(), look(0, "out_of_stock"), look(1, evidence=evidence, confidence=0.97))) == ["restocked"]


@pytest.mark.parametrize("verdict", ["blocked", "timeout", "unreachable", "unreadable", "not_found", "mismatch"])
def test_failures_decide_nothing(verdict: str) -> None:
    assert play(wish(kinds=["sold_out", "restocked"]), look(0), *(look(m, verdict, None) for m in range(1, 20))) == []


def test_a_price_without_its_last_digits_is_held_and_gone() -> None:
    rows = play(wish(), look(0), look(1, price="4.99"), look(2))

    assert [row["decision"] for row in rows] == ["hold"]
    assert "suspicious" in rows[0]["reason"]


def test_a_price_that_vanishes_for_a_look_tells_nothing() -> None:
    assert play(wish(), look(0), look(1, price=None), look(2)) == []


def test_another_currency_tells_nothing_and_starts_anew() -> None:
    dollars = [look(m, price=p, currency="USD") for m, p in ((1, "499"), (2, "450"), (3, "450"))]

    assert told(play(wish(), look(0, price="499"), *dollars)) == ["price_drop"]


def test_a_real_drop_of_sixty_per_cent_is_told_within_two_looks() -> None:
    assert told(play(wish(), look(0), look(1, price="199.99"), look(2, price="199.99"))) == ["price_drop"]


def test_in_out_in_out_in_is_at_most_one_alert_and_one_note() -> None:
    verdicts = ["in_stock", "out_of_stock", "in_stock", "out_of_stock", "in_stock"]
    rows = play(wish(), *(look(2 * index, verdict) for index, verdict in enumerate(verdicts)))

    assert told(rows).count("flapping") == 1
    assert len([kind for kind in told(rows) if kind != "flapping"]) <= 1


def test_below_five_hundred_tells_once() -> None:
    prices = ["510", "499.99", "500.01", "499.99"]

    assert told(play(wish(below="500 GBP"), *(look(i, price=p) for i, p in enumerate(prices)))) == ["price_drop"]


def test_quiet_hours_hold_and_a_tick_brings_what_is_still_true() -> None:
    quiet = {"start": "11:30", "end": "13:00", "timezone": "UTC"}
    tick = {"at": "2026-11-22T13:00:00Z", "tick": True}
    restocked = [wish(quiet=quiet), look(0, "out_of_stock"), look(1), look(2)]
    held = play(*restocked, tick)
    gone = play(*restocked, look(40, "out_of_stock"), look(41, "out_of_stock"), tick)

    assert [row["decision"] for row in held] == ["hold", "hold", "deliver"]
    assert "quiet hours" in held[1]["reason"]
    assert (gone[-1]["decision"], gone[-1]["reason"]) == ("suppress", "no longer true when it came due")


def test_what_nobody_asked_for_is_suppressed_with_the_reason() -> None:
    (row,) = play(wish(kinds=["restocked"]), look(0), look(1, price="450"))

    assert (row["decision"], row["reason"]) == ("suppress", "price drop is not among the subscribed kinds")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ({}, "at"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2026-11-22T12:00:00Z"}, "a line holds"),
        ({**look(0), "sku": ""}, "sku"),
        ({**look(0), "sku": "Not A Sku"}, "sku"),
        ({**look(0), "reading": 7}, "reading"),
        (look(0, "sold"), "reading"),
        (look(0, price="cheap"), "reading.price"),
        (look(0, stock_count=-1), "reading"),
        ({"at": "2026-11-22T12:00:00Z", "subscription": {"id": "x"}}, "subscription"),
        (wish(kinds=["restoked"]), "subscription.kinds"),
        ({"at": "2026-11-22T12:00:00Z", "settings": 7}, "settings"),
        ({"at": "2026-11-22T12:00:00Z", "settings": {"floor_percent": "200"}}, "settings.floor_percent"),
    ],
)
def test_a_bad_line_is_named(line: dict[str, Any], fault: str) -> None:
    with pytest.raises(BadInput, match=fault):
        play(line)


def test_the_command_line_goes_on_after_a_bad_line(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    file = tmp_path / "log.jsonl"
    lines = [wish(), look(0, "out_of_stock"), look(1), look(2)]
    file.write_text("\n".join(["{", "[]", *map(json.dumps, lines)]))

    assert run(["replay", str(file)]) == 0
    rows = [json.loads(row) for row in capfdbinary.readouterr().out.splitlines()]
    assert [row.get("line") for row in rows[:2]] == [1, 2]
    assert told([row for row in rows if "error" not in row]) == ["restocked"]


def test_a_shop_whose_every_listing_turns_at_once_is_doubted_and_in_the_end_believed() -> None:
    evidence = [
        {"source": "json-ld", "path": "availability", "raw": "x"},
        {"source": "buybox", "path": "button", "raw": "y"},
    ]

    def all_of(minute: float, verdict: str) -> list[dict[str, Any]]:
        return [{**look(minute, verdict, evidence=evidence), "sku": f"p{index}"} for index in range(10)]

    wishes = [wish(f"s{index}", sku=f"p{index}") for index in range(10)]
    storm = play(*wishes, *all_of(0, "out_of_stock"), *all_of(1, "in_stock"))
    glitch = play(*wishes, *all_of(0, "out_of_stock"), *all_of(1, "in_stock"), *all_of(2, "out_of_stock"))
    true = play(*wishes, *all_of(0, "out_of_stock"), *(row for m in (1, 2, 3) for row in all_of(m, "in_stock")))

    assert len(told(storm)) == len(told(glitch)) == 4  # below five, nobody can tell a storm from luck
    assert {row["reason"] for row in storm if row["decision"] == "hold"} == {
        "many listings of this shop turned at once"
    }
    assert len(told(true)) == 10


def settings(**choices: Any) -> dict[str, Any]:
    return {"at": "2026-11-22T10:00:00Z", "settings": choices}


def test_a_servers_floor_decides_how_far_a_price_has_to_move_and_a_drift_adds_up() -> None:
    course = [look(minute, price=price) for minute, price in enumerate(("100", "99.80", "96", "92", "88"))]
    tiny = settings(floor_amount="0.10", floor_percent="0.1")
    large = settings(floor_amount="10", floor_percent="10")

    assert told(play(wish(), *course)) == ["price_drop"] * 3
    assert told(play(tiny, wish(), *course)) == ["price_drop"] * 4
    assert [(row["at"], row["decision"]) for row in play(large, wish(), *course) if row["decision"] == "deliver"] == [
        ("2026-11-22T12:04:00Z", "deliver")
    ]
    assert told(play(large, wish(floor_amount="5", floor_percent="5"), *course)) == ["price_drop"]


def test_what_is_so_already_is_told_at_once_or_at_the_first_look() -> None:
    early = {**wish(first_sight="tell_now"), "at": "2026-11-22T11:00:00Z"}
    late = {**wish("s2", first_sight="tell_now"), "at": "2026-11-22T13:00:00Z"}

    assert told(play(early, look(0), look(1))) == ["restocked"]
    assert told(play(look(0), look(1), late)) == ["restocked"]
    assert (
        play(early, wish("s3", sku="jetson", first_sight="tell_now"), look(0, "out_of_stock"), look(1, "out_of_stock"))
        == []
    )
