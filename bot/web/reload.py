"""`POST /-/reload`: the configuration is read again, for who keeps the bot running."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from alerts.domain.errors import BadInput
from alerts.settings.difference import Difference
from bot.web.api.shapes import Shape
from bot.web.endpoints import Call, Endpoint, Reply
from bot.web.problems import Code, Problem

Reload = Callable[[], Awaitable[Difference]]


class ChangedKey(Shape):
    """A key of the configuration. `needs_restart` says why it waits for the next start; null: it holds now."""

    key: str
    before: str
    after: str
    needs_restart: str | None


class ChangedProducts(Shape):
    """Products by their sku; of a changed one, which of its keys."""

    added: list[str]
    removed: list[str]
    changed: list[str]


class Reloaded(Shape):
    """What is different now. Nothing of a secret is shown."""

    settings: list[ChangedKey]
    products: ChangedProducts
    needs_restart: list[str]


class ReloadRoute:
    """A page in a browser on this machine could ask, too: whatever a browser sends is refused."""

    def __init__(self, reload: Reload) -> None:
        self._reload = reload

    def endpoints(self) -> Sequence[Endpoint]:
        """The route of this file."""
        return (
            Endpoint("POST", "/-/reload", "Read the configuration again", "health", self._do, Reloaded,
                     scope="manage", is_operators=True, refuses=(Code.REFUSED, Code.FORBIDDEN)),
        )  # fmt: skip

    async def _do(self, call: Call) -> Reply:
        headers = call.request.headers
        if "Origin" in headers or "Sec-Fetch-Site" in headers:
            raise Problem(Code.FORBIDDEN, "This is for programs, such as curl, and not for pages in a browser.")
        try:
            found = await self._reload()
        except BadInput as exc:
            raise Problem(Code.REFUSED, f"Nothing was changed. {exc}") from None
        return Reply(_shown(found), 200, {"Cache-Control": "no-store"})


def _shown(found: Difference) -> Reloaded:
    rows = [ChangedKey(key=each.key, before=each.before, after=each.after, needs_restart=each.waits)
            for each in found.settings]  # fmt: skip
    products = ChangedProducts(added=[*found.added], removed=[*found.removed], changed=[*found.changed])
    return Reloaded(settings=rows, products=products, needs_restart=[*found.waiting])
