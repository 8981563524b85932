"""/settings keys: a server's own keys to the API."""

from __future__ import annotations

import re

import pytest
import structlog
from simcord import InteractionResult

from alerts.domain.api_keys import Plan, Scope
from alerts.store.seal import KeyRing
from tests.sim import world as sim
from tests.sim.world import World, neighbours, shown

WHOLE = re.compile(r"hs_live_[a-z2-7]{8}_[A-Za-z0-9]{32}")


def key_in(answer: InteractionResult) -> str:
    found = WHOLE.findall(shown(answer))
    assert len(found) == 1, shown(answer)
    return str(found[0])


async def made(world: World, name: str = "robot", **options: object) -> str:
    return key_in(await world.admin.slash(world.channel, "settings keys create", name=name, **options))


async def only_id(world: World) -> str:
    return (await world.parts.api_keys.list(world.guild.id))[0].id


async def test_a_key_is_shown_once_to_who_made_it_alone_and_opens_this_server(world: World) -> None:
    answer = await world.admin.slash(world.channel, "settings keys create", name="robot", access="manage", days=30)
    key = await world.parts.api_keys.check(key_in(answer))

    assert answer.ephemeral
    assert "never shown again" in shown(answer)
    assert key
    assert (key.guild, key.plan, set(key.scopes)) == (world.guild.id, Plan.FREE, set(Scope))
    assert key.expires_at
    listed = await world.admin.slash(world.channel, "settings keys list")
    assert listed.ephemeral
    assert "robot" in shown(listed)
    assert f"hs_live_{key.id}_…" in shown(listed)
    assert WHOLE.search(shown(listed)) is None


async def test_a_key_reads_and_scans_unless_more_is_asked_for(world: World) -> None:
    key = await world.parts.api_keys.check(await made(world))

    assert key
    assert set(key.scopes) == {Scope.READ, Scope.SCAN}
    assert key.expires_at is None


async def test_a_key_is_replaced_and_the_old_one_works_for_another_day(world: World) -> None:
    old = await made(world)

    answer = await world.admin.slash(world.channel, "settings keys rotate", key=await only_id(world))

    assert answer.ephemeral
    assert "works until tomorrow" in shown(answer)
    assert await world.parts.api_keys.check(old)
    assert await world.parts.api_keys.check(key_in(answer))
    await world.pass_time(86_400)
    assert await world.parts.api_keys.check(old) is None


async def test_a_revoked_key_opens_nothing(world: World) -> None:
    text = await made(world)

    answer = await world.admin.slash(world.channel, "settings keys revoke", key=await only_id(world))

    assert "opens nothing any more" in shown(answer)
    assert await world.parts.api_keys.check(text) is None
    assert "There are none" in shown(await world.admin.slash(world.channel, "settings keys list"))


async def test_each_change_stands_in_the_audit_trail_and_no_secret_anywhere(world: World) -> None:
    with structlog.testing.capture_logs() as lines:
        secrets = [await made(world, "robot [x](https://evil.test)")]
        key_id = await only_id(world)
        secrets.append(key_in(await world.admin.slash(world.channel, "settings keys rotate", key=key_id)))
        await world.admin.slash(world.channel, "settings keys revoke", key=key_id)
        audit = shown(await world.admin.slash(world.channel, "audit"))

    for what in ("API key created", "API key replaced", "API key revoked"):
        assert what in audit
    for secret in secrets:
        assert secret.rpartition("_")[2] not in audit + repr(lines) + repr(vars(world.store))
    assert "](https" not in audit


async def test_keys_of_another_server_are_neither_suggested_nor_found(world: World) -> None:
    await made(world)
    key_id = await only_id(world)
    _, channel, admin, _ = neighbours(world.env, "There")
    await world.env.settle()

    assert await admin.autocomplete(channel, "settings keys revoke", "key", "") == []
    answer = await admin.slash(channel, "settings keys revoke", key=key_id)

    assert "no such API key here" in shown(answer)
    assert await only_id(world) == key_id
    suggested = await world.admin.autocomplete(world.channel, "settings keys revoke", "key", "ROB")
    assert [each["value"] for each in suggested] == [key_id]


async def test_who_does_not_manage_gets_no_key_and_no_suggestion(world: World) -> None:
    await made(world)
    # As where a server's owner has opened the command to everybody.
    world.retouch.append(lambda payload: payload["member"].update(permissions="0"))

    answers = [
        await world.admin.slash(world.channel, "settings keys create", name="mine"),
        await world.admin.slash(world.channel, "settings keys list"),
    ]

    assert all("Manage Server" in shown(each) and each.ephemeral for each in answers)
    assert await world.admin.autocomplete(world.channel, "settings keys revoke", "key", "") == []
    assert len(await world.parts.api_keys.list(world.guild.id)) == 1


async def test_a_server_has_so_many_keys_and_hears_what_to_do(world: World) -> None:
    for number in range(10):
        await made(world, f"robot {number}")

    refused = await world.admin.slash(world.channel, "settings keys create", name="one more")

    assert "10 API keys here already" in shown(refused)
    assert refused.ephemeral


async def test_ten_keys_with_the_longest_names_are_listed_whole(world: World) -> None:
    for _ in range(10):
        await made(world, "[*" * 30, days=3650)

    listed = await world.admin.slash(world.channel, "settings keys list")

    assert listed.response
    assert (listed.response.embeds[0].description or "").count("hs_live_") == 10


async def test_without_a_key_of_its_own_the_operator_is_told_what_to_set(world: World) -> None:
    world.parts.api_keys._pepper = KeyRing()  # type: ignore[attr-defined]

    refused = await world.admin.slash(world.channel, "settings keys create", name="robot")

    assert "HS_SECRET_KEY" in shown(refused)


FEW = sim.settings().model_copy(
    update={"limits": sim.settings().limits.model_copy(update={"commands_per_user": 3, "commands_per_guild": 5})}
)


@pytest.mark.parametrize("sim_bot", [FEW], indirect=True)
async def test_too_many_commands_are_answered_in_one_sentence_and_the_others_are_not_held_up(world: World) -> None:
    for _ in range(3):
        assert "Raspberry" in shown(await world.member.slash(world.channel, "scan", product="pi5"))

    refused = await world.member.slash(world.channel, "scan", product="pi5")

    assert refused.ephemeral
    assert "too many commands within a minute: try again <t:" in shown(refused)
    assert "Raspberry" in shown(await world.admin.slash(world.channel, "scan", product="pi5"))
    await world.admin.slash(world.channel, "help")
    assert "This server has sent me too many" in shown(await world.admin.slash(world.channel, "help"))
    await world.pass_time(60)
    assert "Raspberry" in shown(await world.member.slash(world.channel, "scan", product="pi5"))


@pytest.mark.parametrize("sim_bot", [FEW], indirect=True)
async def test_what_completes_itself_as_one_types_costs_nothing(world: World) -> None:
    for _ in range(20):
        assert await world.member.autocomplete(world.channel, "scan", "product", "ras")

    assert "Raspberry" in shown(await world.member.slash(world.channel, "scan", product="pi5"))
