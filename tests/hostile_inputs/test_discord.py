"""The table put to Discord's commands: words that say what is wrong, or what it understands; and nothing of it acts."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import Any

from simcord import InteractionResult

from tests.hostile import traces
from tests.hostile_inputs import addresses, files, prices, texts
from tests.hostile_inputs.door import doors
from tests.hostile_inputs.keeping import kept
from tests.hostile_inputs.rows import MISSING, Row, each, fine
from tests.sim.acting import Place, controls
from tests.sim.alerting import subscribe, the_one
from tests.sim.conftest import sim_bot, simcord_bot, simcord_env, world
from tests.sim.world import World, shown
from tests.worlds import IN, offer

__all__ = ["sim_bot", "simcord_bot", "simcord_env", "world"]  # fixtures
_OURS = re.compile(r"\]\(https://[^()\s]+\.test/[^()\s]*\)")  # a listing's own page, behind words of ours
_BROKEN = "Something went wrong"
_LONGEST = 2.0  # seconds of processor


class Asked:
    """One command of an admin, and whether it is answered as the row says."""

    def __init__(self, world: World, row: Row) -> None:
        self._world, self._row = world, row

    async def __call__(self, command: str, **options: Any) -> str:
        """What was shown."""
        row, world = self._row, self._world
        before, began = kept(world.store), time.thread_time()
        answer = await world.admin.slash(world.channel, command, **options)
        took = time.thread_time() - began
        said = harmless_answer(world, answer)
        assert took < _LONGEST, f"held everybody up for {took:.1f} s"
        assert row.says in said, said[:600]
        if not row.is_fine:
            changed = {name for name, value in kept(world.store).items() if before[name] != value}
            assert not changed, f"was refused, and all the same changed {changed}"
        return said


def harmless_answer(world: World, answer: InteractionResult) -> str:
    """What was shown, once it is clear that nothing of it mentions, links, hides or breaks."""
    said = shown(answer)
    assert answer.acknowledged
    assert said
    assert _BROKEN not in said, said
    texts_shown = [each.content or "" for each in (answer.response, *answer.followups) if each]
    embeds = [embed.to_dict() for each in (answer.response, *answer.followups) if each for embed in each.embeds]
    assert traces(_OURS.sub("∎", "\n".join([*texts_shown, *map(str, embeds)]))) == [], said
    for request in world.env.http_requests:
        body = request.json if isinstance(request.json, dict) else {}
        allowed = (body.get("data") or body).get("allowed_mentions")
        assert not allowed or not allowed.get("parse"), "something may be mentioned"
    return said


@each(row for row in addresses.ADDRESSES if row.at_discord)
async def test_an_address(row: Row, world: World) -> None:
    assert isinstance(world.parts.looks, dict)
    async with doors(world.parts.looks):
        said = await Asked(world, Row(row.name, row.given, "" if row.is_fine else row.says, is_fine=row.is_fine))(
            "watch add", product=row.given
        )

    assert not row.is_fine or "Keep" in said


@each(row for row in texts.NAMES if row.at_discord)
async def test_a_name(row: Row, world: World) -> None:
    await Asked(world, Row(row.name, row.given, "Watching", is_fine=True))("watch add", product="pi5", name=row.given)

    [(watch, _)] = await world.parts.watches.list(world.guild.id)
    assert watch.name == row.says
    for command in ("watch list", "scan", "history", "alerts subscribe", "alerts list", "watch remove", "audit"):
        options = {} if command in ("watch list", "alerts list", "audit") else {"product": "pi5"}
        harmless_answer(world, await world.admin.slash(world.channel, command, **options))


@each(texts.QUERIES)
async def test_a_query(row: Row, world: World) -> None:
    await world.sells(Acme=offer(IN, "61.20"))
    said = "Say which product" if not row.given.strip() else row.says
    await Asked(world, replace(row, says=said))("scan", product=row.given)


@each(files.WATCHLISTS)
async def test_a_file(row: Row, world: World) -> None:
    name, body = row.given
    body = body.encode() if isinstance(body, str) else body

    await Asked(world, row)("watch import", file=(name, body))


@each(row for row in prices.PRICES if row.at_discord)
async def test_a_price(row: Row, world: World) -> None:
    await world.parts.guilds.change(world.guild.id, currency="GBP")
    said = Row(row.name, row.given, "" if row.is_fine else row.says, is_fine=row.is_fine)

    await Asked(world, said)("alerts subscribe", product="pi5", below=row.given)

    assert not row.is_fine or str((await the_one(world)).below) == row.says


@each(prices.MOMENTS)
async def test_a_time(row: Row, world: World) -> None:
    await subscribe(world)
    before = await the_one(world)
    said = Row(row.name, row.given, "" if row.is_fine else row.says, is_fine=row.is_fine)

    await Asked(world, said)("alerts snooze", alert=before.id, until=row.given)

    after = await the_one(world)
    if row.is_fine:
        assert after.snooze_until
        assert str(after.snooze_until - world.env.now()) == row.says
    else:
        assert after == before


# What somebody may send as the id of an alert, without having been offered it.
ALERTS = (
    *(
        Row(name, given, "no such alert", MISSING)
        for name, given in {
            "nothing": " ", "a star": "*", "a path": "../1", "braces": "{g8}:watches", "SQL": "' OR 1=1",
            "NUL": "a\x00", "everybody": "@everyone", "a link": "[x](https://evil.test)", "a number": "1" * 100,
            "an emoji": "🦊" * 50,
            "a letter from the right": "\u202ex", "two lines": "a\r\nDEL *", "a member of the class": "__class__",
        }.items()
    ),
)  # fmt: skip


@each(ALERTS)
async def test_the_id_of_an_alert(row: Row, world: World) -> None:
    await subscribe(world)
    for command in ("edit", "unsubscribe", "test", "quiet-hours", "digest"):
        options = {"digest": {"every": "hourly"}}.get(command, {})
        await Asked(world, row)(f"alerts {command}", alert=row.given, **options)


# A forged custom_id: Discord lets nobody send one, a stolen token does.
FORGED = (
    Row("a star", "*", ""), Row("a path", "../../x", ""), Row("braces", "{g8}", ""), Row("an emoji", "🦊", ""),
    Row("a line", "a\nb", ""), Row("a thousand nines", "9" * 60, ""), fine("what fits and is nobody's", "z" * 16, ""),
)  # fmt: skip


@each(FORGED)
async def test_a_forged_button(row: Row, world: World) -> None:
    place, pressed = Place(world, world.admin, world.channel), 0
    before = kept(world.store)
    for control in controls(world).values():
        template = control.__discord_ui_compiled_template__.pattern
        if "(?P<waiting>" not in template:
            continue
        start = template.partition("(?P")[0].replace("\\", "")
        answer = await place.press(control, f"{start}{row.given}"[:100])
        pressed += 1
        assert _BROKEN not in shown(answer)

    assert pressed or not controls(world)
    assert kept(world.store) == before
