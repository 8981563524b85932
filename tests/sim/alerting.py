"""What tests of /alerts do often."""

from __future__ import annotations

from typing import Any

from simcord import InteractionResult

from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.standing import Standing, after_failure
from alerts.domain.wishes import Subscription, Target
from bot.cogs.alerts import AlertsCog
from bot.cogs.alerts_desk import Desk
from tests.sim.world import World, button, settings, shown

CATEGORIES = settings().model_copy(
    update={"products": tuple(each.model_copy(update={"category": "Boards"}) for each in settings().products)}
)


async def subscribe(world: World, **options: object) -> InteractionResult:
    return await world.admin.slash(world.channel, "alerts subscribe", **{"product": "pi5", **options})


async def mine(world: World) -> list[Subscription]:
    return list(await world.store.subscriptions(world.guild.id))


async def the_one(world: World) -> Subscription:
    (only,) = await mine(world)
    return only


async def ask(world: World, command: str, **options: object) -> str:
    return shown(await world.admin.slash(world.channel, f"alerts {command}", **options))


def last(result: InteractionResult) -> object:
    return result.followups[-1] if result.followups else result.response


async def press(world: World, result: InteractionResult, label: str) -> InteractionResult:
    return await world.admin.click(last(result), custom_id=button(result, label)["custom_id"])  # type: ignore[arg-type]


def off(target: Target, guild: int, world: World) -> Standing:
    error = DeliveryError("Discord answered", remedy=Remedy.DISABLE, code=10003)
    return after_failure(Standing(target=target, guild=guild), error, world.env.now())


def desk_of(world: World) -> Desk:
    cog = world.bot.client.get_cog("alerts")
    assert isinstance(cog, AlertsCog)
    return cog.desk


class Panel:
    """An open panel, as a person uses it."""

    def __init__(self, world: World, opened: InteractionResult) -> None:
        self.world, self.opened = world, opened

    @property
    def message(self) -> Any:
        return last(self.opened)

    @property
    def text(self) -> str:
        return shown(self.opened)

    async def press(self, label: str) -> InteractionResult:
        return await self.world.admin.click(self.message, custom_id=button(self.opened, label)["custom_id"])

    async def choose(self, what: str, *values: Any) -> InteractionResult:
        found = [each for row in self.message.components for each in row["components"] if what in each["custom_id"]]
        return await self.world.admin.select(self.message, list(values), custom_id=found[0]["custom_id"])

    async def fill(self, label: str, **values: str) -> InteractionResult:
        return await self.world.admin.submit_modal(await self.press(label), values)


async def opened(world: World, **options: Any) -> Panel:
    return Panel(world, await subscribe(world, panel=True, **options))


async def edited(world: World) -> Panel:
    alert = (await the_one(world)).id
    return Panel(world, await world.admin.slash(world.channel, "alerts edit", alert=alert))
