"""The judge of payloads itself: what Discord refuses is refused, in words that name the place."""

import pytest

from tests.payloads import SPEC, WHY_NOT, commands_refusals, message_refusals, modal_refusals

BUTTON = {"type": 2, "style": 1, "label": "Press", "custom_id": "hs:x"}
LINK = {"type": 2, "style": 5, "label": "Open"}
INPUT = {"type": 18, "label": "Price", "component": {"type": 4, "style": 1, "custom_id": "price"}}
OPTION = {"type": 3, "name": "product", "description": "Which product"}


def rows(*buttons):
    return [{"type": 1, "components": list(buttons)}]


def command(**more):
    return {"name": "scan", "description": "Look", "type": 1, **more}


@pytest.mark.parametrize(
    ("place", "body"),
    [
        ("content", {"content": "x" * 2001}),
        ("6000", {"embeds": [{"description": "x" * 4000}, {"description": "y" * 2001}]}),
        ("empty message", {}),
        ("content", {"content": "x", "flags": 1 << 15, "components": [{"type": 10, "content": "x"}]}),
        ("url", {"components": rows(LINK)}),
        ("duplicated", {"components": rows(BUTTON, BUTTON)}),
        ("forty|40", {"flags": 1 << 15, "components": [{"type": 10, "content": "x"}] * 41}),
        ("shows one", {"embeds": [{"title": "a", "url": "https://a.test"}, {"title": "b", "url": "https://a.test"}]}),
        ("label", {"components": rows({**BUTTON, "label": "x" * 81})}),
    ],
)
def test_a_message_that_discord_refuses_is_refused(place, body) -> None:
    assert any(part in " ".join(message_refusals(body)) for part in place.split("|"))


@pytest.mark.parametrize(
    ("place", "commands"),
    [
        ("invalid", [command(name="Scan")]),
        ("placed before", [command(options=[OPTION, {**OPTION, "name": "again", "required": True}])]),
        ("already exists", [command(options=[OPTION, OPTION])]),
        ("unique", [command(), command()]),
        ("101 commands", [command(name=f"c{n}") for n in range(101)]),
        ("8000", [command(options=[{**OPTION, "name": f"o{n}", "choices": [
            {"name": f"{m}{'x' * 90}", "value": f"{m}{'y' * 90}"} for m in range(25)]} for n in range(2)])]),
    ],
)  # fmt: skip
def test_commands_that_discord_refuses_are_refused(place, commands) -> None:
    assert place in " ".join(commands_refusals(commands))


def test_a_modal_must_ask_for_something_under_a_title() -> None:
    assert modal_refusals({"title": "Alert me", "custom_id": "hs:me", "components": [INPUT]}) == []
    assert modal_refusals({"title": "x" * 46, "custom_id": "hs:me", "components": [INPUT]})
    assert modal_refusals({"title": "Alert me", "custom_id": "hs:me", "components": [{"type": 10, "content": "hi"}]})


def test_a_good_message_is_taken() -> None:
    embed = {"title": "Raspberry Pi 5", "url": "https://acme.test", "fields": [{"name": "Now", "value": "£60"}]}

    assert message_refusals({"content": "hello", "embeds": [embed], "components": rows(BUTTON)}) == []


def test_numbers_are_fine_where_the_description_wants_texts() -> None:
    assert message_refusals({"content": "x", "allowed_mentions": {"parse": [], "roles": [123456789012345678]}}) == []


@pytest.mark.skipif(not SPEC.exists(), reason=WHY_NOT)
def test_the_description_names_the_place_in_the_branch_that_was_meant() -> None:
    said = message_refusals({"content": "x", "components": rows({**BUTTON, "emoji": {"id": "no number"}})})

    assert any(each.startswith("components/0/components/0/emoji/id: ") for each in said), said
