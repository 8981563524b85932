"""Beside the chat: switches, the event log, forums, forms with files; by mouse, by keyboard, on a phone."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from bot.playground.discord.permissions import Permission
from bot.playground.discord.server import DiscordServer
from bot.playground.discord.shapes import FORUM
from tests.browser.test_chat_page import choose_user, type_line
from tests.wire.bots import post_json

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

ARTEFACTS = Path(__file__).parents[2] / "artefacts"


async def tell(server: DiscordServer, channel: str, **payload: object) -> tuple[int, dict[str, object]]:
    """What the bot posts by itself."""
    return await post_json(server, f"/channels/{server.world.channel(channel).id}/messages", payload)


def may(server: DiscordServer, channel: str, permission: Permission) -> bool:
    world = server.world
    return bool(world.permissions(world.bot, world.channel(channel)) & permission)


async def speak_german(page: Page) -> None:
    await page.click("#open-lab")
    await page.select_option("#lab-locale", label="Deutsch")
    await expect(page.locator("#lab [role=status]")).to_have_text("Language: Deutsch.")
    await page.get_by_role("button", name="Done").click()


# Switches


async def test_a_permission_is_taken_from_the_bot_in_one_channel_and_given_back(
    page: Page, server: DiscordServer
) -> None:
    await page.click("[data-channel=deals]")
    await page.click("#open-lab")
    embed = page.get_by_role("switch", name="Embed Links")
    await expect(embed).to_be_checked()
    await embed.uncheck()
    await expect(page.locator("#lab [role=status]")).to_have_text("Embed Links: taken away in #deals.")
    assert not may(server, "deals", Permission.EMBED_LINKS)
    assert may(server, "general", Permission.EMBED_LINKS)
    assert (await tell(server, "deals", embeds=[{"title": "x"}]))[1]["code"] == 50013

    await page.get_by_role("switch", name="Embed Links").check()
    await expect(page.locator("#lab [role=status]")).to_have_text("Embed Links: given back in #deals.")
    assert (await tell(server, "deals", embeds=[{"title": "x"}]))[0] == 200


async def test_what_is_switched_on_is_not_forgotten(page: Page) -> None:
    await expect(page.locator("#open-lab .badge")).to_have_count(0)
    await page.click("#open-lab")
    await page.get_by_role("switch", name="Refuse messages").check()
    await page.get_by_role("button", name="Done").click()

    await expect(page.locator("#open-lab .badge")).to_have_text("1 on")
    await expect(page.locator("#open-lab")).to_have_attribute("title", "Refuse messages")


async def test_refused_messages_are_429_until_the_switch_is_off(page: Page, server: DiscordServer) -> None:
    await page.click("#open-lab")
    await page.get_by_role("switch", name="Refuse messages").check()
    await expect(page.locator("#lab [role=status]")).to_have_text("Refuse messages: on.")
    status, body = await tell(server, "general", content="hello")
    assert (status, body["retry_after"]) == (429, 2.0)

    await page.get_by_role("switch", name="Refuse messages").uncheck()
    await expect(page.locator("#lab [role=status]")).to_have_text("Refuse messages: off.")
    assert (await tell(server, "general", content="hello"))[0] == 200


async def test_slow_mode_holds_for_the_bot_and_for_members(page: Page, server: DiscordServer) -> None:
    await page.click("#open-lab")
    await page.select_option("#lab-slow", label="30 seconds")
    await expect(page.locator("#lab [role=status]")).to_have_text("Slow mode in #general: 30 seconds.")
    await page.get_by_role("button", name="Done").click()
    assert (await tell(server, "general", content="one"))[0] == 200
    status, body = await tell(server, "general", content="two")
    assert (status, body["code"]) == (429, 20016)
    assert 25 < float(str(body["retry_after"])) <= 30

    await choose_user(page, "member")
    await type_line(page, "three")
    await expect(page.locator(".message .content").last).to_have_text("three")
    await type_line(page, "four")
    await expect(page.locator("#notice")).to_contain_text("slowmode")


async def test_a_person_who_takes_no_direct_messages_gets_none(page: Page, server: DiscordServer) -> None:
    await page.click("[data-channel=direct]")
    await expect(page.locator("#title")).to_have_text("@ Hardware Sentry")
    direct = server.world.open_dm("admin")
    assert (await post_json(server, f"/channels/{direct.id}/messages", {"content": "hello"}))[0] == 200
    await expect(page.locator(".message .content")).to_have_text("hello")

    await page.click("#open-lab")
    await page.get_by_role("switch", name="Take direct messages").uncheck()
    await expect(page.locator("#lab [role=status]")).to_have_text("Direct messages: refused.")
    assert (await post_json(server, f"/channels/{direct.id}/messages", {"content": "no"}))[1]["code"] == 50007


async def test_commands_work_in_direct_messages(page: Page) -> None:
    await page.click("[data-channel=direct]")
    await type_line(page, "/scan pi")

    await expect(page.locator(".embed-title")).to_have_text("pi")


async def test_a_person_chooses_the_language_of_discord(page: Page) -> None:
    await speak_german(page)
    await type_line(page, "/chart")

    await expect(page.locator(".embed-description")).to_have_text("in de")


async def test_commands_are_named_and_described_in_that_language(page: Page) -> None:
    await speak_german(page)
    await page.locator("#composer").press_sequentially("/beob")
    choice = page.locator("#picker [role=option]")
    await expect(choice).to_have_text("/beobachten hinzufügenBeobachtet ein Produktproduktchannel")
    await choice.click()

    await expect(page.locator("#command .form-head b")).to_have_text("/beobachten hinzufügen")
    await expect(page.locator("label[for=option-product]")).to_contain_text("produkt")
    await page.locator("[data-chip=tier]").click()
    await expect(page.locator("#option-tier option").nth(1)).to_have_text("Heiß")


@pytest.mark.parametrize(
    "line",
    [
        "/beobachten hinzufügen produkt:pi5 channel:#deals takt:Heiß",
        "/watch add product:pi5 channel:#deals tier:hot",
    ],
)
async def test_a_line_may_be_typed_in_that_language_or_in_english(page: Page, line: str) -> None:
    await speak_german(page)
    await page.fill("#composer", line)
    await page.keyboard.press("Enter")

    await expect(page.locator(".message .content").last).to_contain_text("nobody")


async def test_the_switches_work_with_the_keyboard_alone(page: Page, server: DiscordServer) -> None:
    await page.focus("#open-lab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("switch", name="View Channel")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await expect(page.locator("#lab [role=status]")).to_contain_text("taken away")
    assert not may(server, "general", Permission.SEND_MESSAGES)
    await expect(page.get_by_role("switch", name="Send Messages, create posts")).to_be_focused()
    await page.keyboard.press("Escape")

    await expect(page.locator("#lab")).to_be_hidden()
    await expect(page.locator("#open-lab")).to_be_focused()


# The event log


async def test_the_event_log_shows_what_the_bot_was_told_and_what_it_asked(page: Page) -> None:
    await page.click("#open-log")
    await type_line(page, "/watch add product:x channel:deals")

    entries = page.locator("#log li")
    await expect(entries.filter(has_text="INTERACTION_CREATE").last).to_contain_text("/watch add")
    asked = entries.filter(has_text="/callback").last
    await expect(asked).to_contain_text("POST")
    await expect(asked.locator(".code")).to_have_text("200")
    await asked.locator("summary").click()
    await expect(asked.locator("pre")).to_contain_text('"content"')
    path = await asked.locator(".about").inner_text()
    assert path.split("/")[3] == "…"


async def test_what_was_refused_can_be_shown_alone(page: Page, server: DiscordServer) -> None:
    await page.click("#open-log")
    await tell(server, "general", content="fine")
    await tell(server, "general")
    await page.select_option("#log-filter", label="Refused")

    await expect(page.locator("#log li")).to_have_count(1)
    await expect(page.locator("#log li .code.bad")).to_have_text("400")
    await page.get_by_role("button", name="Clear").click()
    await expect(page.locator("#log li")).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(page.locator("#log")).to_be_hidden()
    await expect(page.locator("#open-log")).to_have_attribute("aria-expanded", "false")


# Places


async def test_a_forum_lists_its_posts_and_opens_them(page: Page, server: DiscordServer) -> None:
    forum = server.world.add_channel("finds", kind=FORUM)
    forum.available_tags = [{"id": "7", "name": "restock"}]
    await page.click("[data-channel=finds]")
    await expect(page.locator("#messages")).to_contain_text("No posts yet")
    await expect(page.locator("#compose")).to_be_hidden()
    post = {"name": "Back in stock: Pi", "applied_tags": ["7"], "message": {"content": "look at **this**"}}
    assert (await post_json(server, f"/channels/{forum.id}/threads", post))[0] == 201

    card = page.locator(".post")
    await expect(card).to_contain_text("Back in stock: Pi")
    await expect(card.locator(".tag")).to_have_text("restock")
    await card.click()
    await expect(page.locator(".message .content strong")).to_have_text("this")
    await expect(page.locator("#compose")).to_be_visible()
    await type_line(page, "nice")
    await expect(page.locator(".message .content").last).to_have_text("nice")


async def test_a_thread_is_below_its_channel(page: Page, server: DiscordServer) -> None:
    server.world.add_thread("boards", parent=server.world.channel("deals"), owner=server.world.admin)
    names = page.locator("#channels .channel-name")
    await expect(names).to_have_text(["general", "deals", "boards", "Hardware Sentry"])
    await page.click("[data-channel=boards]")
    await page.click("#open-lab")

    await expect(page.locator("#lab legend").first).to_have_text("What Hardware Sentry may do in #deals")


# Forms, files and pictures


async def test_a_form_takes_text_places_several_choices_and_a_file(page: Page, server: DiscordServer) -> None:
    await type_line(page, "/form")
    await page.fill("#modal-name", "mine")
    await page.select_option("#modal-place", label="#deals")
    await page.get_by_label("Back in stock").check()
    await page.get_by_label("Cheaper").check()
    await page.set_input_files(
        "#modal-file", files=[{"name": "list.csv", "mimeType": "text/csv", "buffer": b"sku;pi5"}]
    )
    await page.get_by_role("button", name="Submit").click()

    said = page.locator(".message.ephemeral .content")
    await expect(said).to_have_text("mine #deals Back in stock+Cheaper list.csv=sku;pi5")


async def test_a_form_without_its_file_is_not_sent(page: Page) -> None:
    await type_line(page, "/form")
    await page.fill("#modal-name", "mine")
    await page.get_by_role("button", name="Submit").click()

    await expect(page.locator("#modal")).to_be_visible()
    await expect(page.locator("#modal :invalid").first).to_be_attached()


async def test_a_picture_in_an_answer_is_shown_with_its_words(page: Page) -> None:
    await type_line(page, "/chart")
    picture = page.get_by_role("img", name="Prices over time: falling")
    await expect(picture).to_be_visible()

    assert await picture.evaluate("(img) => img.complete && img.naturalWidth") == 1
    await expect(page.locator(".picture.image")).to_have_count(1)


async def test_a_file_is_sent_with_a_command(page: Page) -> None:
    await page.fill("#composer", "/chart")
    await page.keyboard.press("Tab")
    await page.click("[data-chip=file]")
    await page.set_input_files("#option-file", files=[{"name": "a.txt", "mimeType": "text/plain", "buffer": b"12345"}])
    await page.click("#command button[type=submit]")

    await expect(page.locator(".embed-description")).to_have_text("a.txt: 5 bytes")


# For everybody


async def test_everything_that_can_be_pressed_has_a_name(page: Page) -> None:
    await type_line(page, "/scan pi")
    await expect(page.locator("[data-custom-id=press]")).to_be_visible()
    await page.click("#open-log")
    await page.click("#open-lab")

    nameless = await page.evaluate(
        """() => [...document.querySelectorAll('button, input, select, textarea, summary, a')].filter((node) => {
          const label = node.getAttribute('aria-label') || node.textContent.trim() || node.labels?.[0]?.textContent;
          return !label;
        }).map((node) => node.outerHTML)"""
    )
    assert nameless == []


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_nothing_is_wider_than_a_phone(browser: Browser, server: DiscordServer, scheme: str) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    light = "light" if scheme == "light" else "dark"
    page = await browser.new_page(color_scheme=light, viewport={"width": 360, "height": 740})
    await page.goto(server.url)
    await page.wait_for_selector("#status.here")
    await type_line(page, "/scan pi")
    await expect(page.locator(".embed")).to_be_visible()
    wide = "document.documentElement.scrollWidth"
    await page.screenshot(path=ARTEFACTS / f"phone-{scheme}.png")
    assert await page.evaluate(wide) == 360
    await page.click("#open-log")
    await page.screenshot(path=ARTEFACTS / f"phone-{scheme}-events.png")
    assert await page.evaluate(wide) == 360
    await page.get_by_role("button", name="Close the event log").click()
    await page.click("#open-lab")
    await page.screenshot(path=ARTEFACTS / f"phone-{scheme}-switches.png")
    assert await page.evaluate(wide) == 360
    assert await page.evaluate("(d => d.scrollWidth <= d.clientWidth)(document.querySelector('#lab'))")
    await page.close()


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_everything_beside_each_other_on_a_desk(browser: Browser, server: DiscordServer, scheme: str) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    light = "light" if scheme == "light" else "dark"
    page = await browser.new_page(color_scheme=light, viewport={"width": 1280, "height": 800})
    await page.goto(server.url)
    await page.wait_for_selector("#status.here")
    await page.click("#open-log")
    await type_line(page, "/scan pi")
    await expect(page.locator(".embed")).to_be_visible()
    await tell(server, "general")
    await expect(page.locator("#log .code.bad")).to_have_text("400")
    await page.screenshot(path=ARTEFACTS / f"desk-{scheme}-events.png")
    await page.click("#open-lab")
    await page.screenshot(path=ARTEFACTS / f"desk-{scheme}-switches.png")

    assert await page.evaluate("document.documentElement.scrollWidth") == 1280
    await page.close()
