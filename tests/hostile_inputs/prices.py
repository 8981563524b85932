"""Prices and times as people type them into a command."""

from __future__ import annotations

from tests.hostile_inputs.rows import FIELD, Row, fine

_NONE = "is not a price"
_UNSURE = "is not a price that I can be sure of"
_TOO_MUCH = "is not a price to wait for"
_SEVERAL = "several currencies share the sign"
_NO_TIME = "is not a time; write one such as 4h"

# To the API and a log for `replay` a price is written one way: 500 GBP. `api` is said of those that it refuses.
PRICES = (
    Row("only a sign", "£", _NONE, api=FIELD, cli=0),
    Row("a word", "free", _NONE, api=FIELD, cli=0),
    Row("below nothing", "-5", _NONE, api=FIELD, cli=0),
    Row("nothing", "0 GBP", _TOO_MUCH, cli=0),
    Row("an exponent", "1e5", _NONE, api=FIELD, cli=0),
    Row("an exponent past all numbers", "1e400 GBP", _NONE, api=FIELD, cli=0),
    Row("infinity", "Infinity", _NONE, api=FIELD, cli=0),
    Row("not a number", "NaN", _NONE, api=FIELD, cli=0),
    Row("an infinite amount of pounds", "Infinity GBP", _NONE, api=FIELD, cli=0),
    Row("a thousand or one", "0.001", "may be 1 or 0.001", api=FIELD, cli=0),
    Row("three commas", "1,2,3", _UNSURE, api=FIELD, cli=0),
    Row("three points", "1.2.3", _UNSURE, api=FIELD, cli=0),
    Row("hexadecimal", "0x10 GBP", _NONE, api=FIELD, cli=0),
    Row("an underscore", "1_000 GBP", _NONE, api=FIELD, cli=0),
    Row("a half", "½", _NONE, api=FIELD, cli=0),
    Row("a power of two", "5²", _NONE, api=FIELD, cli=0),
    Row("a number in a circle", "£①", _NONE, api=FIELD, cli=0),
    Row("a Roman number", "Ⅷ", _NONE, api=FIELD, cli=0),
    Row("5,000 digits", "9" * 5000, _NONE, api=FIELD, cli=0, at_discord=False),
    Row("forty digits", "9" * 40, _TOO_MUCH, api=FIELD, cli=0),
    Row("a penny past the most", "100000000001 GBP", _TOO_MUCH, api=FIELD, cli=0),
    Row("a hidden space", "£\u200b5", _NONE, api=FIELD, cli=0),
    Row("written from the right", "\u202e£45", _NONE, api=FIELD, cli=0),
    Row("a NUL behind it", "5\x00", _NONE, api=FIELD, cli=0),
    Row("two lines", "5\n6", _UNSURE, api=FIELD, cli=0),
    Row("SQL behind it", "£5; DROP TABLE", _NONE, api=FIELD, cli=0),
    Row("a formula", "=1+1", _NONE, api=FIELD, cli=0),
    Row("dollars of nobody", "$45", _SEVERAL, api=FIELD, cli=0),
    Row("crowns of nobody", "kr 5", _SEVERAL, api=FIELD, cli=0),
    Row("two currencies", "GBP 5 EUR", "names two currencies", api=FIELD, cli=0),
    Row("a currency that is none", "500 XXX", "I know no currency", api=None, cli=None),
    Row("a coin", "500 BTC", "I know no currency", api=None, cli=None),
    Row("half a penny", "1.2345 KWD", _UNSURE, api=None, cli=None),
    Row("everybody", "@everyone", _NONE, api=FIELD, cli=0),
    Row("a role", "<@&5>", "I know no currency", api=FIELD, cli=0),
    Row("a link", "[5](https://evil.test)", "I know no currency", api=FIELD, cli=0),
    Row("per cent", "10 %", "I know no currency", api=FIELD, cli=0),
    fine("a number and its code", "450 GBP", "450.00 GBP", api="450.00 GBP", cli=0),
    fine("with pence", "450.50 GBP", "450.50 GBP", api="450.50 GBP", cli=0),
    fine("the most", "100000000000 GBP", "100000000000.00 GBP", api=None, cli=0),
    fine("a currency without cents", "450 JPY", "450 JPY", api="450 JPY", cli=0),
    fine("a sign in front", "£450", "450.00 GBP", api=None),
    fine("a sign behind", "450£", "450.00 GBP", api=None),
    fine("small letters", "450 gbp", "450.00 GBP", api=None, cli=0),
    fine("a German price", "1.299,00 €", "1299.00 EUR", api=None),
    fine("a Swiss price", "1'299.90 CHF", "1299.90 CHF", api=None),
    fine("a price with a dash", "5,– €", "5.00 EUR", api=None),
    fine("wide digits", "５００ 円", "500 JPY", api=None),
    fine("Arabic digits", "٤٥٠", "450.00 GBP", api=None),
    fine("a thousand", "1,299", "1299.00 GBP", api=None),
    fine("the sign on both sides", "£5£", "5.00 GBP", api=None),
    fine("zeros in front", "0000000005", "5.00 GBP", api=None),
)

MOMENTS = (
    Row("nothing but a unit", "h", _NO_TIME),
    Row("a day without end", "99999999999d", _NO_TIME),
    Row("more than a year", "367d", _NO_TIME),
    Row("time backwards", "-1h", _NO_TIME),
    Row("no time at all", "0s", "is over already"),
    Row("for ever", "∞", _NO_TIME),
    Row("an hour too many", "24:00", _NO_TIME),
    Row("the 30th of February", "2026-02-30", _NO_TIME),
    Row("the year nought", "0000-01-01 00:00", _NO_TIME),
    Row("the end of the calendar", "9999-12-31", "is not a time"),
    Row("the past", "2020-01-01", "is over already"),
    Row("an exponent of hours", "1e3h", _NO_TIME),
    Row("thirty units", "1h" * 20, _NO_TIME),
    Row("a NUL in front", "\x0018:00", _NO_TIME),
    Row("everybody for an hour", "@everyone 1h", _NO_TIME),
    fine("four hours", "4h", "4:00:00"),
    fine("a week and a day", "1w1d", "8 days, 0:00:00"),
    fine("wide letters", "４h", "4:00:00"),
    fine("a year", "366d", "366 days, 0:00:00"),
)
