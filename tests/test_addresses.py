"""What is pasted becomes a target; its secret lies encrypted, comes out for who sends, and shows itself nowhere."""

from __future__ import annotations

import base64
import os
import stat
import traceback
from pathlib import Path

import pytest

from alerts.addresses import SERVICES, Addresses, read_address
from alerts.domain.errors import BadInput, DeliveryError, Remedy
from alerts.domain.wishes import Target, TargetKind
from alerts.settings.load import load
from alerts.store.memory import MemoryStore
from alerts.store.seal import KeyRing

API = "http://127.0.0.1:4711/api/v10"
CANARY = "cAnArY-tOkEn_0123456789"
HOOK = f"https://discord.com/api/webhooks/123456789012345678/{CANARY}"
SERVICE = f"ntfys://user:{CANARY}@ntfy.example/alerts"


def key() -> str:
    return base64.b64encode(os.urandom(32)).decode()  # as `openssl rand -base64 32` prints it


def addresses(store: MemoryStore | None = None, seal: KeyRing | None = None) -> Addresses:
    return Addresses(store=store or MemoryStore(), seal=seal or KeyRing(key()), api_base=API)


@pytest.mark.parametrize(
    "text",
    [
        HOOK,
        f" <{HOOK}> ",
        HOOK.replace("discord.com", "canary.discord.com"),
        HOOK.replace("discord.com", "ptb.discord.com"),
        HOOK.replace("discord.com", "discordapp.com"),
        HOOK.replace("/api/", "/api/v10/") + "/",
        f"{HOOK}?wait=true",
        f"{API}/webhooks/123456789012345678/{CANARY}",
    ],
)
def test_every_spelling_of_a_webhook_is_the_same_one(text: str) -> None:
    target, address = read_address(text, api_base=API)

    assert (target, address) == (Target(type=TargetKind.WEBHOOK, id=123456789012345678), HOOK)


def test_a_services_address_makes_the_same_target_every_time_with_an_id_that_tells_nothing() -> None:
    (target, address), (again, _), (other, _) = (read_address(a, api_base=API) for a in (SERVICE, SERVICE, "json://b"))

    assert (target.type, address) == (TargetKind.APPRISE, SERVICE)
    assert target == again != other
    assert 0 <= target.id < 2**63


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        f"https://evil.example/api/webhooks/123456789012345678/{CANARY}",
        f"https://discord.com.evil.example/api/webhooks/123456789012345678/{CANARY}",
        f"http://discord.com/api/webhooks/123456789012345678/{CANARY}",
        f"https://discord.com/api/webhooks/123456789012345678/{CANARY}/../../users",
        f"https://{CANARY}.example/",
        *(f"{scheme}://{CANARY}" for scheme in (
            "syslog rsyslog dbus qt kde glib gnome windows macosx blink1 file apprise apprises xmpp deltachat include"
            " exec custom mqtt smpp vapid growl irc unix ftp gopher javascript").split()),
        *(f"mailto://u:{CANARY}@a.example?{key}=x"
          for key in "pgp pgppub pgpprv attach template +template -attach %74emplate".split()),
        f"form://a.example/?attach-as={CANARY}",
        f"slack://{CANARY} with space",
        f"json://a.example/{CANARY}\n",
        f"json://a.example\\{CANARY}\\x",
        "json://" + CANARY * 100,
        f"json://[{CANARY}",
    ],
)  # fmt: skip
def test_what_is_no_address_for_us_is_refused_in_words_that_do_not_repeat_it(text: str) -> None:
    if text.endswith("\n"):
        text = text.replace("/", "/\r/", 1)

    with pytest.raises(BadInput) as refused:
        read_address(text, api_base=API)

    assert CANARY not in "".join(traceback.format_exception(refused.value))


async def test_an_address_comes_out_as_it_went_in() -> None:
    kept = addresses()
    for text in (HOOK, SERVICE):
        assert await kept.of(1, await kept.add(1, text)) == text


async def test_what_lies_in_the_store_shows_nothing_of_it() -> None:
    store = MemoryStore()
    target = await addresses(store).add(1, HOOK)

    assert CANARY not in repr(store)
    assert CANARY not in str(await store.sealed(1, target))
    assert CANARY not in f"{target!r} {target}"


async def test_another_guild_has_no_use_for_it_not_even_with_the_stores_help() -> None:
    store, seal = MemoryStore(), KeyRing(key())
    kept = addresses(store, seal)
    target = await kept.add(1, HOOK)
    with pytest.raises(DeliveryError, match="no address is kept") as missing:
        await kept.of(2, target)
    await store.put_sealed(2, target, str(await store.sealed(1, target)))
    with pytest.raises(DeliveryError, match="cannot be read") as moved:
        await kept.of(2, target)

    assert (missing.value.remedy, moved.value.remedy) == (Remedy.DISABLE, Remedy.PAUSE)


async def test_what_is_removed_is_forgotten() -> None:
    kept = addresses()
    target = await kept.add(1, HOOK)
    await kept.remove(1, target)

    with pytest.raises(DeliveryError):
        await kept.of(1, target)


async def test_what_the_sender_cannot_make_sense_of_is_refused_and_not_kept() -> None:
    async def understands(_: str) -> bool:
        return False

    store = MemoryStore()
    kept = Addresses(store=store, seal=KeyRing(key()), api_base=API, understands=understands)

    with pytest.raises(BadInput, match="not complete"):
        await kept.add(1, SERVICE)
    assert await kept.add(1, HOOK)


async def test_a_new_key_before_the_old_one_reads_everything_and_the_old_one_can_go() -> None:
    store, old, new = MemoryStore(), key(), key()
    target = await addresses(store, KeyRing(old)).add(1, HOOK)

    assert await addresses(store, KeyRing(f"{new}, {old}")).of(1, target) == HOOK
    assert await addresses(store, KeyRing(new)).of(1, target) == HOOK


async def test_a_lost_key_pauses_and_says_where_it_belongs() -> None:
    store = MemoryStore()
    target = await addresses(store).add(1, HOOK)

    with pytest.raises(DeliveryError, match="HS_SECRET_KEY") as lost:
        await addresses(store).of(1, target)

    assert lost.value.remedy is Remedy.PAUSE


async def test_beside_a_store_elsewhere_and_without_a_key_nothing_secret_is_taken() -> None:
    with pytest.raises(BadInput, match="set HS_SECRET_KEY") as refused:
        await addresses(seal=KeyRing()).add(1, HOOK)

    assert CANARY not in str(refused.value)


def test_the_bundled_stores_own_key_is_made_on_the_first_need_for_us_alone(tmp_path: Path) -> None:
    file = tmp_path / "data" / "secret.key"
    ring = KeyRing(file=file)
    assert not file.exists()

    sealed = ring.seal("x")

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert KeyRing(file=file).open(sealed) == "x"
    assert [each.name for each in file.parent.iterdir()] == ["secret.key"]


def test_two_processes_that_need_a_key_at_once_have_the_same_one(tmp_path: Path) -> None:
    rings = [KeyRing(file=tmp_path / "secret.key") for _ in range(2)]
    one, two = (ring.seal("x") for ring in rings)

    assert (rings[0].open(two), rings[1].open(one)) == ("x", "x")


def test_a_key_that_is_given_later_is_used_from_then_on_and_the_own_one_still_opens(tmp_path: Path) -> None:
    sealed = KeyRing(file=tmp_path / "secret.key").seal("x")
    ring = KeyRing(key(), file=tmp_path / "secret.key")

    assert ring.open(sealed) == "x"
    assert not ring.is_current(sealed)
    assert ring.is_current(ring.seal("x"))


@pytest.mark.parametrize("bad", ["hush-hush", "AAAA", "x" * 44, f"{'A' * 43}=,hush-hush"])
def test_a_key_that_is_none_is_refused_without_being_shown(bad: str) -> None:
    with pytest.raises(BadInput, match="openssl rand -base64 32") as refused:
        KeyRing(bad)

    assert bad not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize("name", ["HS_SECRET_KEY", "HS_STORE__SECRET_KEY"])
def test_the_key_comes_from_the_environment_or_a_file_of_its(name: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("k1,k2\n")
    given = [load("", {name: "k1,k2"}), load("", {f"{name}_FILE": str(file)})]

    assert [each.store.secret_key.get_secret_value() for each in given if each.store.secret_key] == ["k1,k2"] * 2
    assert "k1" not in repr(given)


def test_what_may_be_spoken_to_is_on_the_network_alone() -> None:
    assert not SERVICES & set("syslog rsyslog dbus qt kde glib gnome windows macosx blink1 apprise file xmpp".split())


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (HOOK, "discord.com"),
        (SERVICE, "ntfy.example"),
        (f"ntfys://{CANARY}", "ntfys"),  # a topic stands where the host would
        (f"tgram://{CANARY}/1", "tgram"),
        (f"slack://{CANARY}/b/c", "slack"),
        (f"mailtos://me:{CANARY}@mail.example?to=you@mail.example", "mail.example"),
        (f"gotify://push.example/{CANARY}", "push.example"),
    ],
)
async def test_what_is_shown_of_an_address_is_never_its_secret(address: str, shown: str) -> None:
    kept = addresses()
    target, part = await kept.check(address)
    nothing = await kept.shown(1, target)
    await kept.add(1, address)

    assert nothing == ""
    assert part == await kept.shown(1, target) == shown
    assert await kept.shown(2, target) == ""
    assert CANARY not in part


async def test_an_address_that_was_taken_is_forgotten_until_it_is_given_back() -> None:
    kept = addresses()
    target = await kept.add(1, HOOK)
    sealed = await kept.take(1, target)
    with pytest.raises(DeliveryError):
        await kept.of(1, target)
    assert sealed
    assert CANARY not in sealed
    await kept.give_back(1, target, sealed)

    assert await kept.of(1, target) == HOOK
