"""Tenants are walls: whatever anybody does in one guild, nothing of another is shown or changed, and all is answered.

The whole command tree, every control, form, menu and suggestion is tried, found by itself. What is expected of a
command stands in `EXPECTED`; a new one without a row fails. Where a rule is broken the message says by what.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import discord
import pytest
from simcord import InteractionResult
from simcord.backend import serializers

from alerts.domain.model import ChangeKind
from alerts.domain.trail import Stage, Step
from alerts.domain.wishes import Target
from tests.sim.acting import NOBODYS, Leaf, Place, controls, custom_ids, leaves, menus
from tests.sim.world import World, is_expected, neighbours, shown
from tests.worlds import IN, START, offer


class Is(StrEnum):
    """What somebody gets."""

    HIDDEN = "hidden"  # Discord does not show the command there
    REFUSED = "refused"  # told that a permission is missing
    ANSWERED = "answered"  # something of their own, or what to do


@dataclass(frozen=True)
class Row:
    """What a command is to a member without permissions, in a direct message, and where it was installed by a user."""

    member: Is
    direct: Is = Is.HIDDEN
    installed: Is = Is.HIDDEN


EVERYWHERE = Row(Is.ANSWERED, Is.ANSWERED, Is.ANSWERED)
IN_GUILDS = Row(Is.ANSWERED)
MANAGING = Row(Is.REFUSED)
EXPECTED = {
    **dict.fromkeys(("scan", "history", "help", "privacy"), EVERYWHERE),
    **{f"me {verb}": EVERYWHERE for verb in "alerts snooze export delete".split()},
    "why": IN_GUILDS,
    **{f"watch {verb}": MANAGING for verb in "add remove list pause resume tier import export".split()},
    **{f"alerts {verb}": MANAGING for verb in "subscribe unsubscribe list edit test quiet-hours digest snooze".split()},
    **{f"settings {verb}": MANAGING for verb in "show change reset export erase".split()},
    **{f"settings keys {verb}": MANAGING for verb in "create list rotate revoke".split()},
    **dict.fromkeys(("setup", "audit"), MANAGING),
    "stats": IN_GUILDS,
    "status": Row(Is.ANSWERED, Is.ANSWERED),
}
# These would take away what the next ones are tried on.
_TAKE_AWAY = ("remove", "unsubscribe", "delete", "reset", "revoke")
_BROKEN = "Something went wrong"
_REFUSED = "You need the **Manage Server** permission"
# Texts that are nobody's ids: what shops sell, and what a new API key is called.
_NO_IDS = ("product", "products", "vendor", "name")
# What bears a canary's name and is no guild's.
_EVERYBODYS = ("Atlantic/Canary",)


@dataclass
class Walls:
    """Our guild and another one with things of its own. `canaries` are its names and ids."""

    world: World
    other: World
    canaries: tuple[str, ...]
    theirs: list[str] = field(default_factory=list)

    def at(self, who: str) -> Place:
        actor = {"admin": self.world.admin, "member": self.world.member, "alone": self.world.member.user}[who]
        channel = self.world.member.user.dm_channel if who == "alone" else self.world.channel
        return Place(self.world, actor, channel)

    @property
    def over_there(self) -> Place:
        return Place(self.other, self.other.admin, self.other.channel)

    def belongings(self) -> set[str]:
        """Everything in memory that bears the other guild's id, or one of its people's."""
        ids = [str(each) for each in (self.other.guild.id, self.other.admin.id, self.other.member.id)]
        rows = (
            f"{name}: {row!r}"
            for name, kept in vars(self.world.store).items()
            if isinstance(kept, dict | list | set)
            for row in (kept.items() if isinstance(kept, dict) else kept)
        )
        return {row for row in rows if any(each in row for each in ids)}

    def check(self, what: str, answer: InteractionResult | None, sent: Sequence[str] = ()) -> str:
        """The rules that hold for everything; what was shown. What the asker `sent` is no news to them."""
        if answer is None:
            return ""
        said = shown(answer)
        assert answer.acknowledged, f"{what}: no answer"
        assert said or answer._interaction.response_kind is not None, f"{what}: silence"
        assert not (answer.deferred and answer.response is None and not answer.followups), f"{what}: for ever thinking"
        assert _BROKEN not in said, f"{what}: {said}"
        self.check_text(what, said, sent)
        return said

    def check_text(self, what: str, said: str, sent: Sequence[str] = ()) -> None:
        for known in (*_EVERYBODYS, *sent):
            said = said.replace(known, "∎")
        found = [canary for canary in self.canaries if canary.casefold() in said.casefold()]
        assert not found, f"{what} shows {found} of another guild: {said}"


@pytest.fixture
async def walls(world: World) -> AsyncIterator[Walls]:
    env = world.env
    guild, channel, admin, member = neighbours(env, "Canary")
    await env.settle()
    other = World(env, world.bot, guild, channel, admin, member)
    role = next(role for name, role in guild.roles.items() if name == "canary-role")
    ids = (guild.id, channel.id, admin.id, member.id, role.id)
    walls = Walls(world, other, ("canary", *map(str, ids)))
    await world.sells(Acme=offer(IN, "61.20"))
    await plant(walls, role.id)
    for leaf in leaves(world):
        if not leaf.name.endswith(_TAKE_AWAY):
            await walls.over_there.slash(leaf, **await walls.over_there.arguments(leaf))
    for leaf in leaves(world):
        for option in leaf.suggested:
            values = {value for _, value in await walls.over_there.suggestions(leaf, option)}
            values -= {value for _, value in await walls.at("admin").suggestions(leaf, option)}
            walls.theirs += [value for value in values if isinstance(value, str) and value not in walls.theirs]
    yield walls
    unexpected = [error for error in env.errors if not is_expected(error)]
    assert unexpected == []


async def plant(walls: Walls, role: int) -> None:
    """What commands alone would not leave in the other guild."""
    parts, store, other = walls.world.parts, walls.world.store, walls.other
    found = parts.products.get("pi5")
    assert found
    made = await parts.subscriptions.add(
        other.guild.id, found, Target(id=other.channel.id), by=other.admin.id, mention_role=role
    )
    ours = await parts.subscriptions.add(
        walls.world.guild.id, found, Target(id=walls.world.channel.id), by=walls.world.admin.id
    )
    assert ours.id != made.id
    delivery = "canarydelivery"
    walls.theirs += [made.id, delivery]
    await store.note_stages([
        Stage(at=START, step=Step.SENT, guild=other.guild.id, sku="pi5", vendor="Acme", kind=ChangeKind.RESTOCKED,
              change="c1", subscription=made.id, delivery=delivery, reason="canary reason"),
    ])  # fmt: skip


def same_but_for(said: str, value: str) -> str:
    return said.replace(value, "∎").replace(NOBODYS, "∎")


def every(walls: Walls) -> Iterator[Leaf]:
    """All commands; those that take something away at the end."""
    yield from sorted(leaves(walls.world), key=lambda leaf: leaf.name.endswith(_TAKE_AWAY))


def kind_of(answer: InteractionResult | None) -> Is:
    if answer is None:
        return Is.HIDDEN
    return Is.REFUSED if _REFUSED in shown(answer) and answer.ephemeral else Is.ANSWERED


def open_to_all(walls: Walls) -> None:
    """As a server's owner can in Discord's own settings: whoever wants may send any command."""
    for leaf in leaves(walls.world):
        walls.world.guild.set_command_permissions(int(leaf.root["id"]), {walls.world.guild.default_role: True})


def test_every_command_has_a_row(walls: Walls) -> None:
    assert [leaf.name for leaf in leaves(walls.world) if leaf.name not in EXPECTED] == []


async def test_commands_show_nothing_of_another_guild(walls: Walls, subtests: pytest.Subtests) -> None:
    before = walls.belongings()
    for leaf in every(walls):
        with subtests.test(leaf.name):
            for whole in (False, True):
                place = walls.at("admin")
                answer = await place.slash(leaf, **await place.arguments(leaf, whole=whole))
                walls.check(f"/{leaf.name}", answer)
    assert walls.belongings() == before


async def test_suggestions_show_nothing_of_another_guild(walls: Walls, subtests: pytest.Subtests) -> None:
    open_to_all(walls)
    for who in ("admin", "member", "alone"):
        for leaf in every(walls):
            for option in leaf.suggested:
                with subtests.test(f"{who} {leaf.name} {option}"):
                    for typed in ("", "c", "canary", "🦊" * 50):
                        found = await walls.at(who).suggestions(leaf, option, typed)
                        assert len(found) <= 25
                        walls.check_text(f"/{leaf.name} {option}", repr(found))


async def test_an_id_of_another_guild_is_as_unknown_as_one_that_never_was(
    walls: Walls, subtests: pytest.Subtests
) -> None:
    before, place = walls.belongings(), walls.at("admin")
    assert len(walls.theirs) >= 2
    for leaf in every(walls):
        given = await place.arguments(leaf)
        for option in leaf.options:
            if option["type"] != 3 or option.get("choices") or option["name"] in _NO_IDS:
                continue
            for value in walls.theirs:
                if max(len(value), len(NOBODYS)) > option.get("max_length", 6000):
                    continue  # Discord does not send it
                with subtests.test(f"{leaf.name} {option['name']} {value}"):
                    what = f"/{leaf.name} {option['name']}:{value}"
                    answer = await place.slash(leaf, **{**given, option["name"]: value})
                    never = await place.slash(leaf, **{**given, option["name"]: NOBODYS})
                    assert answer is not None
                    assert never is not None
                    said = shown(answer).replace(value, "∎")
                    walls.check_text(what, said)
                    assert said == same_but_for(shown(never), value), what
    assert walls.belongings() == before


async def test_members_without_permission_are_refused_in_words(walls: Walls, subtests: pytest.Subtests) -> None:
    open_to_all(walls)
    before = walls.belongings()
    for leaf in every(walls):
        with subtests.test(leaf.name):
            place = walls.at("member")
            answer = await place.slash(leaf, **await place.arguments(leaf, whole=True))
            walls.check(f"/{leaf.name}", answer)
            assert kind_of(answer) is EXPECTED[leaf.name].member, answer and shown(answer)
    assert walls.belongings() == before


async def test_in_a_direct_message(walls: Walls, subtests: pytest.Subtests) -> None:
    for leaf in every(walls):
        with subtests.test(leaf.name):
            place = walls.at("alone")
            answer = await place.slash(leaf, **await place.arguments(leaf, whole=True))
            walls.check(f"/{leaf.name}", answer)
            assert kind_of(answer) is EXPECTED[leaf.name].direct, answer and shown(answer)


async def test_where_a_user_installed_it_no_guild_is_made(walls: Walls, subtests: pytest.Subtests) -> None:
    """In a guild that the bot is not in: what a person may do there leaves nothing behind in its name."""
    stranger, user = 4242424242424242, walls.world.member.user

    def elsewhere(payload: dict) -> None:
        payload.update(
            context=0, guild_id=str(stranger), guild={"id": str(stranger), "locale": "en-US", "features": []},
            authorizing_integration_owners={"1": str(user.id)},
            member={"user": payload.pop("user", None), "roles": [], "permissions": "0", "joined_at": START.isoformat(),
                    "deaf": False, "mute": False, "flags": 0, "avatar": None},
        )  # fmt: skip

    walls.world.retouch.append(elsewhere)
    for leaf in every(walls):
        with subtests.test(leaf.name):
            is_shown = 1 in (leaf.root.get("integration_types") or [0])
            assert not is_shown or EXPECTED[leaf.name].installed is Is.ANSWERED
            if is_shown:
                place = walls.at("alone")
                walls.check(f"/{leaf.name}", await place.slash(leaf, **await place.arguments(leaf, whole=True)))
    kept = repr({name: value for name, value in vars(walls.world.store).items() if name.startswith("_")})
    assert str(stranger) not in kept


async def test_in_a_thread(walls: Walls, subtests: pytest.Subtests) -> None:
    world = walls.world
    made = world.env.backend.create_thread(world.channel.id, "a thread", world.admin.id)
    await world.env.settle()
    thread = next(each for each in world.channel.threads if each.id == made.id)
    place = Place(world, world.admin, thread)
    for leaf in every(walls):
        with subtests.test(leaf.name):
            given = await walls.at("admin").arguments(leaf, whole=True)
            walls.check(f"/{leaf.name}", await place.slash(leaf, **given))


async def test_in_a_channel_that_was_just_deleted(walls: Walls, subtests: pytest.Subtests) -> None:
    world = walls.world

    def forget(payload: dict) -> None:
        # Discord still delivers what was sent before; for the bot the channel is gone already.
        guild = world.bot.client.get_guild(world.guild.id)
        if guild and (found := guild.get_channel(world.channel.id)):
            guild._remove_channel(found)

    world.retouch.append(forget)
    for leaf in every(walls):
        with subtests.test(leaf.name):
            place = walls.at("admin")
            walls.check(f"/{leaf.name}", await place.slash(leaf, **await place.arguments(leaf)))


@pytest.mark.parametrize("who", ["admin", "member", "alone"])
async def test_controls_know_only_the_guild_that_they_are_pressed_in(
    walls: Walls, who: str, subtests: pytest.Subtests
) -> None:
    before, place = walls.belongings(), walls.at(who)
    for template, control in controls(walls.world).items():
        for custom_id in custom_ids(template, ids=walls.theirs):
            with subtests.test(custom_id):
                answer = await place.press(control, custom_id)
                said = walls.check(custom_id, answer, [each for each in walls.theirs if each in custom_id])
                if answer.modal:
                    walls.check(f"the form of {custom_id}", await place.submit(answer.modal))
                for value in walls.theirs:
                    if value in custom_id:
                        never = await place.press(control, custom_id.replace(value, NOBODYS))
                        assert same_but_for(said, value) == same_but_for(shown(never), value), f"{custom_id}: {said}"
    assert walls.belongings() == before


async def test_a_form_of_another_guild_changes_nothing_there(walls: Walls, subtests: pytest.Subtests) -> None:
    """Forms live in memory under an id of their own; somebody else's is answered, and moves nothing."""
    there, place = walls.over_there, walls.at("admin")
    forms = [await there.slash(leaf, **await there.arguments(leaf)) for leaf in every(walls)]
    for template, control in controls(walls.world).items():
        forms += [await there.press(control, each) for each in custom_ids(template, ids=walls.theirs)]
    before = walls.belongings()
    for form in forms:
        if form and form.modal:
            with subtests.test(form.modal["title"]):
                walls.check(form.modal["title"], await place.submit(form.modal))
                assert walls.belongings() == before


async def test_menus_of_a_message_explain_only_ones_own(walls: Walls, subtests: pytest.Subtests) -> None:
    world = walls.world
    backend = world.env.backend
    for name in menus(world):
        for value in walls.theirs:
            with subtests.test(f"{name} {value}"):
                said = []
                for each in (value, NOBODYS):
                    embeds = [discord.Embed(title="News").set_footer(text=f"Alert {each}").to_dict()]
                    stored = backend.create_message(world.channel.id, backend.bot_user.id, "", embeds=embeds)
                    place = walls.at("member")
                    payload = dict(serializers.message_payload(backend, stored))
                    answer = await place.menu(name, stored.id, payload)
                    said.append(walls.check(name, answer).replace(each, "∎"))
                assert said[0] == said[1]
