"""What every store promises to who changes the secret key."""

from __future__ import annotations

import pytest

from alerts.domain.wishes import Target, TargetKind
from alerts.store.ports import Store
from alerts.store.promises.resealing import SealedText
from tests.store.test_api_keys import a_key
from tests.worlds import MINUTE

HOOK, SERVICE = Target(type=TargetKind.WEBHOOK, id=7), Target(type=TargetKind.APPRISE, id=8)


async def filled(store: Store) -> None:
    await store.put_sealed(1, HOOK, "one")
    await store.put_sealed(1, SERVICE, "two")
    await store.put_sealed(-5, HOOK, "three")  # a person's space
    await store.put_hook_secret(2, "hook", "four")
    # What looks alike and is something else.
    await store.set_note("sealed", "no secret")
    await store.put_pending(1, "sealed", "no secret", ttl=MINUTE)


async def test_everything_that_is_sealed_comes_with_whose_it_is(store: Store) -> None:
    await filled(store)

    found = [each async for each in store.everything_sealed()]

    assert sorted((each.guild, str(each.of), each.text) for each in found) == [
        (-5, "webhook:7", "three"),
        (1, "apprise:8", "two"),
        (1, "webhook:7", "one"),
        (2, "hook", "four"),
    ]
    assert {each.of for each in found} == {HOOK, SERVICE, "hook"}


async def test_an_empty_store_has_nothing_sealed_and_no_key(store: Store) -> None:
    assert [each async for each in store.everything_sealed()] == []
    assert [each async for each in store.every_api_key()] == []


@pytest.mark.parametrize("of", [HOOK, "hook"])
async def test_a_text_is_swapped_for_the_one_that_was_read_and_no_other(of: Target | str, store: Store) -> None:
    async def put(text: str) -> None:
        await (store.put_sealed(1, of, text) if isinstance(of, Target) else store.put_hook_secret(1, of, text))

    async def kept() -> str | None:
        return await (store.sealed(1, of) if isinstance(of, Target) else store.hook_secret(1, of))

    read = SealedText(1, of, "before")
    assert not await store.swap_sealed(read, "after")
    assert await kept() is None

    await put("before")
    assert await store.swap_sealed(read, "after")
    assert await store.swap_sealed(read, "after"), "the library may repeat a command"
    assert await kept() == "after"

    await put("somebody's newer one")
    assert not await store.swap_sealed(read, "after")
    assert await kept() == "somebody's newer one"


async def test_every_guilds_keys_come_with_what_they_are_under(store: Store) -> None:
    wanted = [a_key(1).model_copy(update={"pepper": "new"}), a_key(2, guild=9)]
    for each in wanted:
        assert await store.add_api_key(each, most=None, ttl=None)

    found = [each async for each in store.every_api_key()]

    assert sorted(found, key=lambda each: each.id) == wanted


async def test_what_a_key_is_under_changes_with_its_digest_and_is_no_difference_to_a_swap(store: Store) -> None:
    before = a_key().model_copy(update={"pepper": "old"})
    await store.add_api_key(before, most=None, ttl=None)
    after = before.model_copy(update={"mac": "n" * 64, "pepper": "new"})

    assert await store.swap_api_key(before.model_copy(update={"pepper": ""}), after, ttl=None)
    assert await store.api_key(before.id) == after
