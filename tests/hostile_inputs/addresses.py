"""Addresses of product pages: to add by, and to read from the command line."""

from __future__ import annotations

from tests.hostile_inputs.rows import FIELD, Row, fine

_NO_WEB = "That is not a web address"
_LETTERS = "holds spaces or characters that no address has"
_BROKEN = "That address is malformed"
_NO_HOST = "names no host"
_LOGIN = "holds a user name or password"
_INSIDE = "the address leads into a private network"
_IS_NONE = "is not a web address; write one that starts with https:// or http://"


def _inside(name: str, host: str) -> Row:
    return Row(f"inside by {name}", f"http://{host}/", _INSIDE, cli=3)


ADDRESSES = (
    *(
        Row(f"the scheme {url.partition(':')[0]}", url, _NO_WEB, cli=2, typed=_IS_NONE, at_discord=False)
        for url in ("ftp://shop.test/x", "file:///etc/passwd", "gopher://127.0.0.1:70/_x", "javascript:alert(1)",
                    "data:text/html,5", "ws://shop.test/", "//shop.test/p", "jar:http://shop.test!/x")
    ),
    Row("a scheme alone", "https://", _NO_WEB, cli=2, typed=_IS_NONE),
    Row("no host", "https:///etc/passwd", _NO_WEB, cli=2, typed=_IS_NONE),
    Row("half of a v6 host", "http://[::1", _BROKEN, cli=2, typed=_IS_NONE),
    Row("a port past the last", "https://shop.test:99999/", _BROKEN, cli=2, typed=_IS_NONE),
    Row("a port in letters", "https://shop.test:x/", _BROKEN, cli=2, typed=_IS_NONE),
    Row("two ports", "https://shop.test:443:443/", _BROKEN, cli=2, typed=_IS_NONE),
    Row("port 0", "https://shop.test:0/", "port 0 is not open to reading", cli=2, typed=_IS_NONE),
    Row("the port of ssh", "https://shop.test:22/", "port 22 is not open to reading", cli=3),
    Row("the port of Redis", "http://shop.test:6379/", "port 6379 is not open to reading", cli=3),
    Row("a user name", "https://a@shop.test/", _LOGIN, cli=2),
    Row("a user name and a password", "https://u:p@shop.test/", _LOGIN, cli=2),
    Row("a host as a user name", "https://shop.test@evil.test/", _LOGIN, cli=2),
    Row("a host behind a backslash", "https://shop.test\\@evil.test/", _LETTERS, cli=2, typed=_LOGIN),
    Row("a space", "https://shop.test/a b", _LETTERS, cli=2, typed=_IS_NONE),
    Row("NUL", "https://shop.test/\x00", _LETTERS, cli=2, typed=_IS_NONE),
    Row("a header of its own", "https://shop.test/\r\nHost: evil.test", _LETTERS, cli=2, typed=_IS_NONE),
    Row("a colour for the terminal", "https://shop.test/\x1b[31m", _LETTERS, cli=2, typed=_IS_NONE),
    Row("an element", "https://shop.test/<script>alert(1)</script>", _LETTERS),
    Row("quotes", 'https://shop.test/"onmouseover="x', _LETTERS),
    Row("too long", "https://shop.test/" + "a" * 2100, "at most 2048 characters", api=FIELD, cli=3,
        typed="the address is too long", at_discord=False),
    Row("too long once it is escaped", "https://shop.test/" + "ß" * 400, "longer than 2048 characters"),
    Row("half of a letter", "https://shop.test/\ud800", "Invalid JSON", api=FIELD, cli=2, typed="is not UTF-8 text",
        at_discord=False),
    Row("a label too long", f"https://{'a' * 64}.test/", _NO_HOST),
    Row("a label that begins with a dash", "https://-a.test/", _NO_HOST),
    Row("an empty label", "https://a..test/", _NO_HOST),
    Row("a host that begins with a point", "https://.test/", _NO_HOST),
    Row("a host that is read from the right", "https://\u202eshop.test/", _NO_HOST),
    Row("punycode of nothing", "https://xn--/", _NO_HOST),
    Row("a name that leads inside", "http://inner.test/", _INSIDE),
    Row("a name of the cloud", "http://metadata.google.internal/", _INSIDE),
    *(
        _inside(host.partition("%")[0], host)
        for host in ("127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
                     "①②⑦.⓪.⓪.①", "127。0。0。1", "169.254.169.254", "[fd00:ec2::254]", "168.63.129.16", "10.0.0.1",
                     "192.168.1.1", "172.16.0.1", "100.64.0.1", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
                     "[fe80::1%25eth0]", "224.0.0.1", "255.255.255.255", "[::ffff:10.0.0.1]")
    ),
    *(
        Row(f"inside by {host}", f"http://{host}/", "the address is malformed", cli=3)
        for host in ("127.1", "2130706433", "0177.0.0.1", "0")
    ),
    Row("inside by 0x7f000001", "http://0x7f000001/", _INSIDE),
    Row("inside by 0x7f.1", "http://0x7f.1/", _INSIDE),
    fine("capitals and the usual port", "HTTPS://SHOP.TEST:443/P", "https://shop.test/P", cli=0),
    fine("an umlaut in the host", "https://bücher.test/", "https://xn--bcher-kva.test/", cli=0),
    fine("letters that look like others", "https://раypal.test/x", "https://xn--ypal-43d9g.test/x", cli=0),
    fine("a letter that is no ASCII in the path", "https://shop.test/ß", "https://shop.test/%C3%9F", cli=0),
    fine("an emoji in the path", "https://shop.test/🦊", "https://shop.test/%F0%9F%A6%8A", cli=0),
    fine("an at sign in the path", "https://shop.test/@brand/x", "https://shop.test/@brand/x", cli=0),
    fine("an at sign behind a question mark", "https://shop.test/?to=a@b.test", "https://shop.test/?to=a@b.test",
         cli=0),
    fine("another host behind a number sign", "https://shop.test/p#@evil.test", "https://shop.test/p", cli=0),
    fine("another address as a parameter", "https://shop.test/?u=http://127.0.0.1/",
         "https://shop.test/?u=http://127.0.0.1/", cli=0),
    fine("two points in the path", "https://shop.test/a/../../etc/passwd", "https://shop.test/etc/passwd", cli=0),
    fine("an escaped NUL", "https://shop.test/%00", "https://shop.test/%00", cli=0),
    fine("a lone percent sign", "https://shop.test/100%", "https://shop.test/100%25", cli=0),
    fine("a hidden space in the host", "https://sh\u200bop.test/", "https://shop.test/", cli=0),
    fine("blanks around it", "  https://shop.test/p \n", "https://shop.test/p"),
    fine("a name with a number in front", "https://127.0.0.1.shop.test/", "https://127.0.0.1.shop.test/", cli=0),
    fine("where one came from", "https://shop.test/p?utm_source=x&gclid=1", "https://shop.test/p", cli=0),
    fine("2,048 letters", "https://shop.test/" + "a" * 2030, "https://shop.test/" + "a" * 2030, cli=0),
    fine("a long host", f"https://{'a' * 60}.{'b' * 20}.test/", f"https://{'a' * 60}.{'b' * 20}.test/", cli=0),
)  # fmt: skip
