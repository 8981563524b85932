"""Whose turn it is: order within a target, fairness between guilds, small events before big ones."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from alerts.delivery.lanes import Lanes
from alerts.store.ports import Ticket
from tests.worlds import MINUTE, START

serial = count()


def ticket(target: int, guild: int = 1, event: str = "e", **more: object) -> Ticket:
    made = Ticket(f"{next(serial):09}", f"d{next(serial)}", guild, f"channel:{target}", event)
    return replace(made, **more)  # type: ignore[arg-type]


def served(lanes: Lanes, turns: int = 10_000) -> list[Ticket]:
    """One delivery a turn, until nothing is due."""
    told = []
    while len(told) < turns and (line := lanes.pick(START)):
        first = line.head(START)[0]
        told.append(first)
        lanes.put_back(line.target, ended=[first.id])
    return told


@given(st.lists(st.tuples(st.integers(1, 5), st.sampled_from("abc")), max_size=60))
def test_everything_is_told_once_and_in_order_within_each_target(queued: list[tuple[int, str]]) -> None:
    lanes = Lanes()
    tickets = [ticket(target, guild=target % 2, event=event) for target, event in queued]
    for each in tickets:
        lanes.add(each)

    told = served(lanes)

    assert Counter(each.id for each in told) == Counter(each.id for each in tickets)
    for target in {each.target for each in tickets}:
        mine = [each for each in tickets if each.target == target]
        assert [each for each in told if each.target == target] == mine
    assert not len(lanes)


def test_a_guild_with_many_channels_does_not_keep_the_others_waiting() -> None:
    lanes = Lanes()
    for target in range(9):
        lanes.add(ticket(target, guild=1))
    lanes.add(ticket(99, guild=2))

    assert [each.guild for each in served(lanes, 2)] == [1, 2]


def test_a_lone_alert_overtakes_a_big_event() -> None:
    lanes = Lanes()
    for target in range(5000):
        lanes.add(ticket(target, guild=target // 5, event="big"))
    served(lanes, 100)
    lone = ticket(9999, guild=9999, event="lone")
    lanes.add(lone)

    assert lone in served(lanes, 2)


def test_a_flood_of_small_events_does_not_starve_a_big_one() -> None:
    lanes = Lanes()
    for target in range(1500):
        lanes.add(ticket(target, event="big"))
    for target in range(2000, 4000):
        lanes.add(ticket(target, guild=2, event=f"small {target}"))

    assert sum(each.event == "big" for each in served(lanes, 500)) >= 90


def test_a_target_has_one_message_on_its_way_at_a_time() -> None:
    lanes = Lanes()
    for _ in range(2):
        lanes.add(ticket(1))

    assert lanes.pick(START)
    lanes.add(ticket(1))
    assert lanes.pick(START) is None


def test_what_was_postponed_holds_up_its_target_and_no_other() -> None:
    lanes = Lanes()
    tired, behind, other = ticket(1), ticket(1), ticket(2)
    for each in (tired, behind, other):
        lanes.add(each)
    line = lanes.pick(START)
    assert line
    lanes.put_back("channel:1", changed=[replace(tired, until=START + MINUTE)])

    assert served(lanes) == [other]
    assert lanes.next_due() == START + MINUTE
    again = lanes.pick(START + MINUTE)
    assert again
    assert [each.id for each in again.head(START + MINUTE)] == [tired.id, behind.id]


def test_a_message_that_was_attempted_goes_again_as_it_was() -> None:
    lanes = Lanes()
    parts = [ticket(1, letter="both", part=1), ticket(1), ticket(1, letter="both", part=0)]
    for each in parts:
        lanes.add(each)

    line = lanes.pick(START)

    assert line
    assert line.head(START) == [parts[2], parts[0]]


def test_who_takes_over_leaves_those_alone_that_have_a_message_on_its_way() -> None:
    lanes = Lanes(away=["channel:1"])
    lanes.add(ticket(1))
    assert lanes.pick(START) is None

    lanes.put_back("channel:1")

    assert lanes.pick(START)
