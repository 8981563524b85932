"""Files: watchlists for Discord's /watch import; saved pages, batches and logs for the command line."""

from __future__ import annotations

import gzip

from tests.hostile_inputs.rows import Row, fine

_BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
)
_ONE = "1 new"

WATCHLISTS = (
    Row("a YAML bomb", ("a.yaml", _BOMB), "write it out instead"),
    Row("an object of Python", ("a.yaml", "- !!python/object/apply:os.system ['true']"), "has a type of its own"),
    Row("a merge of itself", ("a.yaml", "- &a\n  <<: *a"), "write it out instead"),
    Row("a key twice", ("a.yaml", "- url: https://shop.test/1\n  url: https://shop.test/2"), "twice"),
    Row("a list of lists", ("a.yaml", "[" * 100_000), "nested too deep"),
    Row("no list", ("a.yaml", "watches: {a: b}"), "holds no list"),
    Row("half of a quote", ("a.yaml", "a: 'b"), "is not YAML"),
    Row("a key that is a list", ("a.yaml", "- ? [a]\n  : b"), "no text"),
    Row("JSON that is no list", ("a.json", "{}"), "holds no list"),
    Row("JSON that is cut off", ("a.json", '[{"url": "https://shop.te'), "is not YAML"),
    Row("nothing", ("a.csv", ""), "is empty"),
    Row("a thousand rows and one", ("a.csv", "url\n" + "https://shop.test/\n" * 1001), "more than 1000 rows"),
    Row("a megabyte and a byte", ("a.csv", "x" * 1_000_001), "larger than 1 MB"),
    Row("an open quote", ("a.csv", 'url\n"https://shop.test/'), "is not CSV"),
    Row("a column twice", ("a.csv", "url,url\n"), "twice"),
    Row("no heading", ("a.csv", "name,tier\na,hot\n"), "no heading"),
    Row("more cells than columns", ("a.csv", "url\nhttps://shop.test/,x"), "more cells"),
    Row("NUL", ("a.csv", "url\n\x00"), "is not text"),
    Row("a workbook", ("a.xlsx", "PK\x03\x04"), "should end in .csv"),
    Row("a picture by another name", ("a.csv", b"\x89PNG\r\n\x1a\n\x00\x00"), "is not text"),
    Row("a zipped list", ("a.csv", gzip.compress(b"url\nhttps://shop.test/\n")), "is not text"),
    Row("a name that mentions", ("@everyone](https://evil.test).exe", "x"), "should end in .csv"),
    Row("an address inside", ("a.csv", "url\nfile:///etc/passwd\n"), "That is not a web address"),
    Row("a password inside", ("a.csv", "url\nhttps://u:p@shop.test/\n"), "user name or password"),
    Row("a tier that is none", ("a.csv", "url,tier\nhttps://shop.test/,@everyone\n"), "write hot, warm, cold"),
    Row("a formula for a column", ("a.csv", "url,=1+1\nhttps://shop.test/,x\n"), "no column of a watchlist"),
    Row("a product of nobody", ("a.csv", "product\n@everyone\n"), "row 2, product"),
    fine("YAML that looks like other types", ("a.yaml", "- {url: https://shop.test/1, name: no, paused: yes}"), _ONE),
    fine("a bare list", ("a.yaml", "- https://shop.test/1\n"), _ONE),
    fine("JSON", ("a.json", '[{"url": "https://shop.test/1"}]'), _ONE),
    fine("a mark of the byte order", ("a.csv", b"\xef\xbb\xbfurl\nhttps://shop.test/1\n"), _ONE),
    fine("UTF-16", ("a.csv", "url,name\nhttps://shop.test/1,Kühler\n".encode("utf-16")), _ONE),
    fine("a guarded formula", ("a.csv", "url,name\nhttps://shop.test/1,'=1+1\n"), _ONE),
    fine("semicolons and Windows' letters", ("a.csv", "url;name\nhttps://shop.test/1;Größe\n".encode("cp1252")), _ONE),
    fine("an ending in capitals", ("LIST.CSV", "URL\nhttps://shop.test/1\n"), _ONE),
    fine("a name of dots", ("../../list.csv", "url\nhttps://shop.test/1\n"), _ONE),
    fine("a line break in a cell", ("a.csv", 'url,name\nhttps://shop.test/1,"two\nlines"\n'), _ONE),
)

_LD = (
    '<script type="application/ld+json">{"@type":"Product","name":"Pi","offers":{"@type":"Offer","price":%s,'
    '"priceCurrency":"GBP","availability":"https://schema.org/InStock"}}</script>'
)
_PAGE = "<title>Pi</title><h1>Pi</h1>%s<p>In stock</p><form action='/cart'><button>Add to basket</button></form>"


def _page(price: str) -> bytes:
    return (_PAGE % (_LD % price)).encode()


# Saved pages, for `read --html`: exit code 3 says that nothing was read.
PAGES = (
    Row("a page of nothing", b"", "verdict", cli=3),
    Row("only NULs", b"\x00" * 10_000, "verdict", cli=3),
    Row("half of a gzip", gzip.compress(_page("5"))[:40], "cannot be read", cli=2),
    Row("a gzip that grows a thousandfold", gzip.compress(b"\x00" * 64_000_000, 9), "larger than", cli=2),
    Row("a gzip in a gzip", gzip.compress(gzip.compress(_page("5"))), "verdict", cli=3),
    Row("a page too large", b"<p>" * 6_000_000, "larger than", cli=2),
    Row("a price without end", _page("9" * 5000), "verdict", cli=0),
    Row("an exponent past all numbers", _page("1e400"), "verdict", cli=0),
    Row("infinity", _page("Infinity"), "verdict", cli=0),
    Row("not a number", _page("NaN"), "verdict", cli=0),
    Row("a price below nothing", _page("-5"), "verdict", cli=0),
    Row("data as deep as the sea", (_PAGE % ('<script type="application/ld+json">' + "[" * 100_000)).encode(),
        "verdict", cli=3),
    Row("a tag of 100,000 attributes", b"<div " + b" ".join(b'a%d="x"' % n for n in range(100_000)) + b">",
        "verdict", cli=3),
    Row("elements as deep as the sea", b"<div>" * 100_000, "verdict", cli=3),
    fine("a page", _page("5"), "price: 5.00", cli=0),
    fine("a zipped page", gzip.compress(_page('"76.80"')), "76.80", cli=0),
    fine("a page with a mark of the byte order", b"\xef\xbb\xbf" + _page("5.5"), "5.50", cli=0),
)  # fmt: skip

# Lines of `read --batch` and `replay`: a bad one is an object with an error, and the next one is read all the same.
BATCH = (
    Row("no JSON", b"{", "error"),
    Row("no object", b"[1]", "object"),
    Row("no file", b"{}", "object with a file"),
    Row("a number as a file", b'{"file": 5}', "object with a file"),
    Row("a file that is not there", b'{"file": "nowhere.html"}', "cannot be read"),
    Row("a folder", b'{"file": "/"}', "cannot be read"),
    Row("a device without end", b'{"file": "/dev/zero"}', "larger than 16 MiB"),
    Row("NUL in a name", b'{"file": "a\\u0000b"}', "cannot be read"),
    Row("a name too long", b'{"file": "' + b"a" * 5000 + b'"}', "cannot be read"),
    Row("half of a letter", b'{"file": "\\ud800"}', "error"),
    Row("bytes that are no text", b'{"file": "\xff\xfe"}', "error"),
    Row("a list as an address", b'{"file": "page.html", "url": []}', "url is not a text"),
    Row("a currency that is none", b'{"file": "page.html", "currency": "pounds"}', "currency"),
    Row("a line as deep as the sea", b"[" * 100_000, "error"),
    Row("not a number", b'{"file": NaN}', "error"),
    Row("an address of the inside", b'{"file": "page.html", "url": "http://127.0.0.1/"}', "5.00"),
    fine("an umlaut", '{"file": "page.html", "url": "https://bücher.test/"}'.encode(), "5.00"),
    fine("a key that is not known", b'{"file": "page.html", "note": 1e400, "x": {"y": []}}', "error"),
    fine("blanks around it", b'  {"file": "page.html"}  ', "5.00"),
)

_AT = '"at": "2026-11-22T12:00:00Z"'
_A = '"id": "a", "sku": "pi5"'
_READ = '"sku": "pi5", "vendor": "Acme", "reading": {"verdict": "in_stock", "url": "https://acme.test/pi5"'
LOG = (
    Row("no JSON", "{", "error"),
    Row("no object", "[]", "is not an object"),
    Row("no time", '{"tick": true}', "is not a time"),
    Row("a time that is none", '{"at": "yesterday", "tick": true}', "is not a time"),
    Row("before all times", '{"at": "0001-01-01T00:00:00+14:00", "tick": true}', "is not a time"),
    Row("after all times", '{"at": "9999-12-31T23:59:59-14:00", "tick": true}', "is not a time"),
    Row("a number as a time", '{"at": 1e400, "tick": true}', "error"),
    Row("nothing happens", f"{{{_AT}}}", "a line holds"),
    Row("a reading that is a list", f'{{{_AT}, "sku": "pi5", "vendor": "Acme", "reading": []}}', "is not an object"),
    Row("a product that is a path", f'{{{_AT}, "sku": "../x", "vendor": "Acme", "reading": {{}}}}', "sku"),
    Row("no vendor", f'{{{_AT}, "sku": "pi5", "reading": {{}}}}', "vendor"),
    Row("a verdict that is none", f'{{{_AT}, {_READ}, "verdict": "@here"}}}}', "error"),
    Row("a price without end", f'{{{_AT}, {_READ}, "price": {"9" * 5000}, "currency": "GBP"}}}}', "error"),
    Row("a price below nothing", f'{{{_AT}, {_READ}, "price": -5, "currency": "GBP"}}}}', "price"),
    Row("a price as a list", f'{{{_AT}, {_READ}, "price": [], "currency": "GBP"}}}}', "price"),
    Row("a currency as a number", f'{{{_AT}, {_READ}, "price": "5", "currency": 5}}}}', "error"),
    Row("evidence that is a number", f'{{{_AT}, {_READ}, "evidence": 5}}}}', "error"),
    Row("evidence of numbers", f'{{{_AT}, {_READ}, "evidence": [5]}}}}', "error"),
    Row("a wish of nobody", f'{{{_AT}, "subscription": {{}}}}', "subscription"),
    Row("a wish that is a list", f'{{{_AT}, "subscription": []}}', "is not an object"),
    Row("a wish to wait for ever", f'{{{_AT}, "subscription": {{{_A}, "cooldown": "-1h"}}}}', "cooldown"),
    Row("a floor below nothing", f'{{{_AT}, "settings": {{"floor_percent": -1}}}}', "settings"),
    fine("a tick", f'{{{_AT}, "tick": true}}', ""),
    fine("a reading", f'{{{_AT}, {_READ}, "price": "5", "currency": "GBP"}}}}', ""),
    fine("the year 2000", '{"at": "2000-01-01", "tick": 1}', ""),
    fine("a time of elsewhere", '{"at": "2026-11-22T12:00:00+05:45", "tick": true}', ""),
)  # fmt: skip
