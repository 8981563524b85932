"""What is kept and why, in words. No I/O."""

from __future__ import annotations

import discord

from bot.ui.language import t

_BLUE = 0x3498DB


def privacy_embed() -> discord.Embed:
    """The short form of docs/privacy.md."""
    embed = discord.Embed(
        title=t("What I keep, and why"),
        colour=_BLUE,
        description=t(
            "I read no messages and keep no names, avatars, member lists or roles of people. Of a person there is the "
            "number that Discord gives them, and only where they did something."
        ),
    )
    embed.add_field(name=t("Your own alerts"), inline=False, value=t(
        "What you asked for, what you were told of it, the language you read, and whether Discord lets me write to "
        "you: until you end or delete it. Messages to you: 14 days, a message that may still change: 90. Nobody else "
        "sees any of it, the server's admins included."
    ))  # fmt: skip
    embed.add_field(name=t("What you set up for a server"), inline=False, value=t(
        "Who added a watch or an alert: as long as it is there. Who changed what (`/audit`): about 90 days, for the "
        "server's managers."
    ))  # fmt: skip
    embed.add_field(name=t("A server that removes me"), inline=False, value=t(
        "Kept for seven days, in case that was a mistake, then erased for good. No outage erases anything. Its "
        "managers have `/settings export` and `/settings erase` at any time."
    ))  # fmt: skip
    embed.add_field(name=t("Where it is"), inline=False, value=t(
        "In the memory of whoever runs this bot. Nothing is sold, and nothing goes to anybody but Discord and the "
        "services that a server's managers chose for its alerts. Shops are never told who asks."
    ))  # fmt: skip
    embed.add_field(name=t("Your data is yours"), inline=False, value=t(
        "**Export** hands you all of it as a file. **Delete** removes it everywhere at once; what you set up for "
        "servers stays with them, made by nobody."
    ))  # fmt: skip
    return embed
