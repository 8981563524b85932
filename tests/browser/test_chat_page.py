"""The chat page in a real browser: a person, the page, the server and a real discord.py bot behind it."""

import pytest
from playwright.async_api import Browser, Page, expect

from bot.playground.discord.server import DiscordServer

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def type_line(page: Page, line: str) -> None:
    """Type as a person does, then Enter."""
    await page.locator("#composer").press_sequentially(line)
    await page.keyboard.press("Enter")


async def choose_user(page: Page, name: str) -> None:
    await page.select_option("#user", name)
    # The avatar is drawn from what the server says, so from here on the page is this person's.
    await expect(page.locator("#avatar")).to_have_text(name[0].upper())


async def test_a_typed_line_becomes_an_embed(page: Page) -> None:
    await type_line(page, "/scan jetson")

    embed = page.locator(".embed")
    await expect(embed.locator(".embed-title")).to_have_text("jetson")
    await expect(embed.locator(".field")).to_have_count(2)
    await expect(page.locator(".message .app")).to_have_text("APP")


async def test_the_picker_lists_every_command_with_sub_commands(page: Page) -> None:
    await page.locator("#composer").press_sequentially("/")

    labels = page.locator("#picker [role=option] .choice-label")
    await expect(labels).to_have_text(["/chart", "/form", "/nasty", "/scan", "/silent", "/watch add"])


async def test_a_command_is_picked_and_filled_in_with_the_keyboard_alone(page: Page, server: DiscordServer) -> None:
    await page.locator("#composer").press_sequentially("/wat")
    await page.keyboard.press("Tab")
    await page.locator("#option-product").press_sequentially("jet")
    await expect(page.locator(".suggestions [role=option]")).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("#option-product")).to_have_value("Jetson Orin Nano")
    await page.keyboard.press("Tab")
    await page.locator("#option-channel").press_sequentially("#deals")
    await page.keyboard.press("Enter")

    deals = server.world.channel("deals").id
    (message,) = await _private(server)
    assert message["content"] == f"jetson-orin <#{deals}> nobody warm"
    await expect(page.locator(".message.ephemeral")).to_contain_text("Only you can see this")
    await expect(page.locator("#composer")).to_be_focused()


async def test_optional_options_are_added_by_their_chips(page: Page, server: DiscordServer) -> None:
    await page.fill("#composer", "/watch add")
    await page.keyboard.press("Enter")
    await page.fill("#option-product", "pi")
    await page.select_option("#option-channel", label="#deals")
    await page.click("[data-chip=role]")
    await page.select_option("#option-role", label="@deal-hunters")
    await page.click("[data-chip=tier]")
    await page.select_option("#option-tier", label="Hot")
    await page.click("#command button[type=submit]")

    await expect(page.locator(".message.ephemeral .content")).to_have_text("pi #deals @deal-hunters hot")


async def test_escape_leaves_a_command_without_sending_it(page: Page, server: DiscordServer) -> None:
    await page.fill("#composer", "/scan")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")

    await expect(page.locator("#command")).to_be_hidden()
    await expect(page.locator("#composer")).to_be_focused()
    assert server.world.messages("general") == []


async def test_suggestions_also_come_while_typing_a_line(page: Page) -> None:
    await page.locator("#composer").press_sequentially("/scan rasp")
    await expect(page.locator("#picker [role=option]")).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("#composer")).to_have_value("/scan pi5-8gb")
    await page.keyboard.press("Enter")

    await expect(page.locator(".embed-title")).to_have_text("pi5-8gb")


async def test_a_member_neither_sees_nor_sends_a_managers_command(page: Page) -> None:
    await choose_user(page, "member")
    await page.locator("#composer").press_sequentially("/")
    await expect(page.locator("#picker .choice-label")).to_have_text(["/chart", "/form", "/nasty", "/scan", "/silent"])
    await page.fill("#composer", "/watch add product:x channel:deals")
    await page.keyboard.press("Enter")

    await expect(page.locator("#notice")).to_contain_text("permission")
    await expect(page.locator("#composer")).to_have_value("/watch add product:x channel:deals")


async def test_a_button_changes_its_message_and_marks_it_as_edited(page: Page) -> None:
    await type_line(page, "/scan pi")
    await page.click("[data-custom-id=press]")

    await expect(page.locator(".message .content")).to_have_text("pressed (edited)")


async def test_a_select_sends_its_value(page: Page) -> None:
    await type_line(page, "/scan pi")
    await page.select_option("select[data-custom-id=shop]", "The Pi Hut")

    await expect(page.locator(".message .content")).to_contain_text("chosen The Pi Hut")


async def test_a_link_button_leads_out_without_telling_where_from(page: Page) -> None:
    await type_line(page, "/scan pi")

    link = page.locator("a.button.link")
    await expect(link).to_have_attribute("href", "https://example.com/")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")


async def test_a_link_to_a_message_leads_there_and_not_to_the_internet(page: Page, server: DiscordServer) -> None:
    target = server.say("member", "deals", "here it is")
    guild = server.world.guild.id
    server.say("member", "general", f"https://discord.com/channels/{guild}/{target['channel_id']}/{target['id']}")
    await page.get_by_role("button", name="#deals › message").click()

    await expect(page.locator("#title")).to_have_text("# deals")
    await expect(page.locator(f"#message-{target['id']}")).to_be_focused()


async def test_the_newest_message_stays_in_sight_when_the_window_turns(page: Page, server: DiscordServer) -> None:
    for number in range(30):
        server.say("member", "general", f"message {number}, with so many words that a narrow window breaks its line")
    last = page.locator(".message").last
    for width, height in ((360, 740), (740, 360), (1100, 760)):
        await page.set_viewport_size({"width": width, "height": height})
        await expect(last).to_be_in_viewport(ratio=1)
    await page.locator(".message").first.scroll_into_view_if_needed()
    await expect(last).not_to_be_in_viewport()
    server.say("member", "general", "news")
    await expect(page.locator("#jump")).to_be_visible()
    await expect(page.locator(".message").first).to_be_in_viewport()


async def test_a_modal_is_filled_in_and_answered_privately(page: Page) -> None:
    await type_line(page, "/scan pi")
    await page.click("[data-custom-id=ask]")
    await expect(page.locator("#modal h2")).to_have_text("Your own alert")
    await page.fill("#modal-price", "79.99")
    await page.keyboard.press("Enter")

    private = page.locator(".message.ephemeral")
    await expect(private.locator(".content")).to_have_text("noted: 79.99")
    await expect(page.locator("#modal")).to_be_hidden()
    await private.get_by_role("button", name="Dismiss").click()
    await expect(private).to_have_count(0)


async def test_a_silent_bot_did_not_respond(page: Page) -> None:
    await type_line(page, "/silent")
    await expect(page.locator(".run.failed")).to_contain_text("The application did not respond")
    await page.fill("#composer", "/scan pi")
    await page.keyboard.press("Enter")
    await page.click("[data-custom-id=broken]")

    await expect(page.locator(".message:not(.run) .failed")).to_have_text("The application did not respond")


async def test_what_a_shop_writes_cannot_act(page: Page) -> None:
    await type_line(page, "/nasty")

    content = page.locator(".message .content")
    await expect(content).to_contain_text('<img src=x onerror="alert(1)">')
    await expect(content).to_contain_text("*plain*")
    await expect(content.locator("strong")).to_have_text("bold")
    await expect(page.locator(".message :is(img, script, a[href^=javascript])")).to_have_count(0)
    await expect(page.locator(".embed-title")).to_have_text("<b>x</b>")


async def test_a_message_menu_asks_about_the_message(page: Page) -> None:
    await type_line(page, "hello everybody")
    await page.hover(".message")
    await page.click(".apps summary")
    await page.get_by_role("button", name="Why this alert?").click()

    await expect(page.locator(".message.ephemeral .content")).to_have_text("because: hello everybody")


async def test_news_elsewhere_marks_the_channel_until_it_is_opened(page: Page, server: DiscordServer) -> None:
    server.say("member", "deals", f"look <@{server.world.admin.id}> <t:1700000000:R>")
    badge = page.locator("[data-channel=deals] .badge")
    await expect(badge).to_have_text("1 new")
    await expect(page).to_have_title("(1) # general")
    await page.click("[data-channel=deals]")

    await expect(badge).to_have_count(0)
    await expect(page.locator(".message.mentioned .mention.me")).to_have_text("@Admin")
    await expect(page.locator(".message time.when")).to_contain_text("ago")


async def test_another_persons_private_answer_is_not_shown(page: Page) -> None:
    await page.fill("#composer", "/watch add product:x channel:deals")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.ephemeral")).to_have_count(1)
    await choose_user(page, "member")

    await expect(page.locator(".message")).to_have_count(0)


async def test_a_bot_that_leaves_is_shown_as_offline(page: Page, server: DiscordServer) -> None:
    await server.gateway.close(code=4004)

    await expect(page.locator("#status")).to_have_text("Hardware Sentry is offline")


async def test_the_page_loads_nothing_from_outside_and_runs_no_inline_script(
    browser: Browser, server: DiscordServer
) -> None:
    hosts: set[str] = set()
    page = await browser.new_page()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    answer = await page.goto(server.url)
    await page.wait_for_selector("#status.here")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    await page.close()

    assert hosts == {server.url.removeprefix("http://")}
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_on_a_phone_nothing_is_wider_than_the_screen(
    browser: Browser, server: DiscordServer, scheme: str
) -> None:
    page = await browser.new_page(color_scheme="light" if scheme == "light" else "dark")
    await page.set_viewport_size({"width": 360, "height": 700})
    await page.goto(server.url)
    await page.wait_for_selector("#status.here")
    await type_line(page, "/scan pi")
    await expect(page.locator(".embed")).to_be_visible()

    wide = await page.evaluate("document.documentElement.scrollWidth")
    at_bottom = await page.evaluate(
        "(s => s.scrollHeight - s.scrollTop - s.clientHeight)(document.querySelector('#scroll'))"
    )
    assert (wide, at_bottom < 2) == (360, True)
    await page.close()


async def _private(server: DiscordServer) -> list[dict[str, object]]:
    await server.message_in("general", viewer="admin")
    return server.world.messages("general", viewer="admin")
