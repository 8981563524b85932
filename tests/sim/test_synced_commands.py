"""When the commands are uploaded."""

from __future__ import annotations

from gettext import NullTranslations
from typing import Any

import pytest

import bot.ui.language
from tests.sim.world import World


class Shouting(NullTranslations):
    """A language of its own."""

    def gettext(self, message: str) -> str:
        return message.upper()


async def test_a_changed_translation_is_uploaded_and_an_unchanged_one_is_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, uploads = world.bot.client, []
    sync = client.tree.sync

    async def counted(**given: Any) -> Any:
        uploads.append(given)
        return await sync(**given)

    monkeypatch.setattr(client.tree, "sync", counted)
    await client._sync_if_changed()
    assert uploads == []
    monkeypatch.setattr(bot.ui.language, "_catalogue", lambda language: Shouting())
    await client._sync_if_changed()
    assert len(uploads) == 1
    await client._sync_if_changed()
    assert len(uploads) == 1
