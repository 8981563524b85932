"""Words of people: what to call a product, and what to look for."""

from __future__ import annotations

import unicodedata

from tests.hostile_inputs.rows import FIELD, Row, fine

# `says` is the name that is kept. Whatever it holds, nothing of it acts where it is shown.
NAMES = (
    Row("everybody", "@everyone @here", "@everyone @here"),
    Row("a person and a role", "<@666> <@!667> <@&668>", "<@666> <@!667> <@&668>"),
    Row("a channel and a command", "<#668> </evil:669>", "<#668> </evil:669>"),
    Row("an emoji of elsewhere and a time", "<:x:670> <t:1:R>", "<:x:670> <t:1:R>"),
    Row("a link behind a word", "[win](https://evil.test/x)", "[win](https://evil.test/x)"),
    Row("a bare link", "https://evil.test/y", "https://evil.test/y"),
    Row("an invitation", "discord.gg/evil", "discord.gg/evil"),
    Row("a block of code", "```py\nimport os```", "```py import os```"),
    Row("all of markdown", "**b** __u__ ~~s~~ ||x|| `c` # h > q", "**b** __u__ ~~s~~ ||x|| `c` # h > q"),
    Row("a link that ends early", "card](https://evil.test) [x", "card](https://evil.test) [x"),
    Row("an element", "<script>alert(1)</script>", "<script>alert(1)</script>"),
    Row("a template", "{{7*7}}${7*7}#{7*7}%(x)s{0.__class__}", "{{7*7}}${7*7}#{7*7}%(x)s{0.__class__}"),
    Row("an argument of a format", "{name} {tier} {count}", "{name} {tier} {count}"),
    Row("a formula", "=HYPERLINK(1)", "=HYPERLINK(1)"),
    Row("a path", "../../../../etc/passwd", "../../../../etc/passwd"),
    Row("a key of the store", "hs:{g1}:watches\r\nFLUSHALL", "hs:{g1}:watches FLUSHALL"),
    Row("a pattern without end", "(a+)+$", "(a+)+$"),
    Row("SQL", "'; DROP TABLE watches;--", "'; DROP TABLE watches;--"),
    Row("a log line", "x\n2026-11-22 [error] all is lost", "x 2026-11-22 [error] all is lost"),
    Row("NUL and a colour", "a\x00b\x1b[31mc", "a b [31mc"),
    Row("written from the right", "\u202eevil\u202c \u2066x\u2069", "evil x"),
    Row("hidden spaces", "\u200ba\u200bb\ufeff\u00ad", "a b"),
    Row("invisible tags", "a\U000e0041\U000e0042", "a"),
    Row("letters that look like others", "Ѕtеаm Dесk", "Ѕtеаm Dесk"),
    Row(
        "marks on marks",
        "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d",
        unicodedata.normalize("NFC", "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d"),
    ),
    Row("a hundred and one letters", "x" * 101, "at most 100 characters", api=FIELD, at_discord=False),
    Row("a megabyte", "x" * 1_000_000, "at most 100 characters", api=FIELD, at_discord=False),
    Row("nothing", "", "at least 1 character", api=FIELD, at_discord=False),
    fine("an emoji of four bytes", "🦊 board", "🦊 board"),
    fine("an emoji of several letters", "👩\u200d👩\u200d👧 kit", "👩\u200d👩\u200d👧 kit"),
    fine("Arabic", "لوحة راسبيري", "لوحة راسبيري"),
    fine("Japanese", "ラズパイ５", "ラズパイ５"),
    fine("a name with a dash and a plus", "-25% RTX 5070 Ti+ (OC)", "-25% RTX 5070 Ti+ (OC)"),
    fine("a letter of two parts", "Ku\u0308hler", "K\u00fchler"),
    fine("a mail address", "ask@shop.test", "ask@shop.test"),
    fine("an underscore", "orin_nano_super", "orin_nano_super"),
    fine("a hundred letters", "x" * 100, "x" * 100),
    fine("one letter", "x", "x"),
)

# What is a part of every name, once it is tidied.
_FOUND = ("one letter", "hidden spaces", "invisible tags", "a pattern without end")
# What nothing is called, and how it is said. `cli` is the exit code of `scan`.
QUERIES = (
    *(
        Row(row.name, row.given, "called", api="unknown_product", cli=2)
        for row in NAMES
        if row.at_discord and "\x00" not in row.given and "http" not in row.given[:5] and row.name not in _FOUND
    ),
    Row("only blanks", "   ", "called", api="unknown_product", cli=2),
    Row("only a hidden space", "\u200b", "called", api="unknown_product", cli=2),
    Row("an address without a host", "https://", "not a web address", api="refused", cli=2),
    Row("an address with a password", "https://u:p@shop.test/", "user name or password", api="refused", cli=2),
    Row("a number past all of them", "9" * 200, "called", api="unknown_product", cli=2),
    Row("a number of the bar code with a wrong digit", "5901234123458", "called", api="unknown_product", cli=2),
    Row("another sort of JSON", '{"$ne": null}', "called", api="unknown_product", cli=2),
    Row("a star", "*", "called", api="unknown_product", cli=2),
    Row("a member of the class", "__class__", "called", api="unknown_product", cli=2),
    fine("small letters and blanks", "  raspberry   PI 5 ", "Raspberry Pi 5", cli=0),
    fine("a slip of the finger", "rasberry pi 5", "Raspberry Pi 5", cli=0),
    fine("wide letters", "ｐｉ５", "Raspberry Pi 5", cli=0),
    fine("its page", "https://www.acme.test/pi5/?utm_source=x", "Raspberry Pi 5", cli=0),
    fine("marks around it", "“Raspberry Pi 5”!", "Raspberry Pi 5", cli=0),
)
