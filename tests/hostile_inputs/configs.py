"""Configurations and the environment, as the operator writes them: for `config check`."""

from __future__ import annotations

from tests.hostile_inputs.rows import Row, fine

_BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(12)
)
_PRODUCT = "products: [{sku: pi5, name: Pi, listings: [{vendor: Acme, url: https://acme.test/pi5}]}]\n"
_FINE = "fine, 1 products with 1 listings"


def _listing(**changed: str) -> str:
    facts = {"vendor": "Acme", "url": "https://acme.test/pi5", **changed}
    return f"products: [{{sku: pi5, name: Pi, listings: [{{{', '.join(f'{k}: {v}' for k, v in facts.items())}}}]}}]\n"


def _product(**changed: str) -> str:
    facts = {"sku": "pi5", "name": "Pi", "listings": "[{vendor: Acme, url: https://acme.test/pi5}]", **changed}
    return f"products: [{{{', '.join(f'{k}: {v}' for k, v in facts.items())}}}]\n"


CONFIGS = (
    Row("no YAML", "web: [", "is not YAML"),
    Row("a tab", "web:\n\tport: 1", "is not YAML"),
    Row("a list", "- a", "holds no settings"),
    Row("a text", "hello", "holds no settings"),
    Row("a number as a key", "5: x", "holds no settings"),
    Row("a bomb", _BOMB, "there is no such setting"),
    Row("a bomb in a place that is one", _BOMB.replace("a: &a", "guilds: &a"), "guilds"),
    Row("a list within itself", "products: &a [*a]", "recursive"),
    Row("a section within itself", "web: &a {port: *a}", "recursive"),
    Row("an object of Python", "web: !!python/object/apply:os.system ['true']", "is not YAML"),
    Row("bytes", "web: {host: !!binary aGk=}", "web.host"),
    Row("a key twice", "web: {port: 1}\nweb: {port: 2}", "'web' is written twice"),
    Row("a key twice below", "web: {port: 1, port: 2}", "'port' is written twice"),
    Row("as deep as the sea", "web: " + "[" * 20_000, "is not YAML"),
    Row("a setting that is none", "wbe: {}", "did you mean web?"),
    Row("a setting below that is none", "web: {prot: 1}", "did you mean port?"),
    Row("a section as a text", "web: yes", "web"),
    Row("a port past all", "web: {port: 65536}", "web.port"),
    Row("a port below nothing", "web: {port: -1}", "web.port"),
    Row("a port that is none", "web: {port: .nan}", "web.port"),
    Row("a port without end", "web: {port: " + "9" * 5000 + "}", "YAML"),
    Row("a time without a unit", "fetch: {timeout: 20}", "fetch.timeout"),
    Row("a time below nothing", "fetch: {timeout: -5s}", "fetch.timeout"),
    Row("no time", "fetch: {timeout: 0s}", "fetch.timeout"),
    Row("infinity", "fetch: {timeout: .inf}", "fetch.timeout"),
    Row("a time without end", "fetch: {timeout: " + "9" * 400 + "d}", "fetch.timeout"),
    Row("a size of nothing", "fetch: {max_bytes: 0}", "fetch.max_bytes"),
    Row("a pace of nothing", "fetch: {pace: 0/s}", "fetch.pace"),
    Row("a sixty of sixty", "fetch: {timeout: 1:30:00}", "fetch.timeout"),
    Row("a country that YAML takes for no", _listing(region="NO"), "put NO in quotes"),
    Row("a currency in small letters", _listing(currency="gbp"), "currency"),
    Row("a page of the disk", _listing(url="file:///etc/passwd"), "is not a web address"),
    Row("a page with a password", _listing(url='"https://u:secret@acme.test/"'), "take it out"),
    Row("a page in half of a host", _listing(url='"http://[::1"'), "is not a web address"),
    Row("a page with a colour", _listing(url='"https://acme.test/\\e[31m"'), "is not a web address"),
    Row("a page with NUL", _listing(url='"https://acme.test/\\0"'), "is not a web address"),
    Row("no vendor", _listing(vendor='""'), "vendor"),
    Row("a vendor of 65 letters", _listing(vendor="x" * 65), "vendor"),
    Row("a product that is a path", _product(sku="../pi5"), "sku"),
    Row("a product in braces", _product(sku='"{p0}:x"'), "sku"),
    Row("a product in capitals", _product(sku="PI5"), "sku"),
    Row("a product that YAML takes for a number", _product(sku="5090"), "sku"),
    Row("no name", _product(name='""'), "name"),
    Row("a name of 101 letters", _product(name="x" * 101), "name"),
    Row("no listing", _product(listings="[]"), "listings"),
    Row("a product twice", _PRODUCT + "  \n" + _PRODUCT, "is written twice"),
    Row("a selector that ends a rule", "vendors: {Acme: {reading: {price: 'a{}'}}}", "is not a CSS selector"),
    Row("a path that is none", "vendors: {Acme: {reading: {state: x, price_path: 'a..b'}}}", "is not a path"),
    Row("a secret in the file", "discord: {token: abc}", "a secret does not belong here"),
    Row("a store that is none", "store: {url: 'file:///etc/passwd'}", "write embedded://"),
    Row("a door of letters", "fetch: {allow_private: ['127.0.0.1:x']}", "is not host:port"),
    Row("a door to everything", "fetch: {allow_private: ['*']}", "is not host:port"),
    fine("nothing", "", "fine, 0 products"),
    fine("only a remark", "# nothing yet\n", "fine, 0 products"),
    fine("a product", _PRODUCT, _FINE),
    fine("a mark of the byte order", "\ufeff" + _PRODUCT, _FINE),
    fine("Windows' lines", _PRODUCT.replace("\n", "\r\n"), _FINE),
    fine("a product named by a number in quotes", _product(sku='"5090"'), _FINE),
    fine("a country in quotes", _listing(region='"NO"'), _FINE),
    fine("a name with an emoji", _product(name="🦊 board"), _FINE),
    fine("an anchor that is used", "web: &w {port: 0}\n" + _PRODUCT, _FINE),
    fine("a port of nought", "web: {port: 0}\n" + _PRODUCT, _FINE),
    fine("an hour and a half", "fetch: {timeout: 1h30m}\n" + _PRODUCT, _FINE),
    fine("letters of elsewhere", _listing(url="https://bücher.test/ß"), _FINE),
)

# By the environment, over a fine file.
VARIABLES = (
    Row("a variable that is none", {"HS_WBE__PORT": "1"}, "there is no such setting"),
    Row("a port in letters", {"HS_WEB__PORT": "x"}, "HS_WEB__PORT"),
    Row("a port of 5,000 digits", {"HS_WEB__PORT": "9" * 5000}, "HS_WEB__PORT"),
    Row("a list that is no JSON", {"HS_FETCH__ALLOW_PRIVATE": "["}, "is not JSON"),
    Row("a list as deep as the sea", {"HS_FETCH__ALLOW_PRIVATE": "[" * 100_000}, "nested too deep"),
    Row("a token twice", {"DISCORD_TOKEN": "a", "DISCORD_TOKEN_FILE": "/nowhere"}, "are both set"),
    Row("a token in a folder", {"DISCORD_TOKEN_FILE": "/"}, "its file cannot be read"),
    Row("a token without end", {"DISCORD_TOKEN_FILE": "/dev/zero"}, "its file cannot be read"),
    fine("a port", {"HS_WEB__PORT": "0"}, _FINE),
    fine("a list", {"HS_FETCH__ALLOW_PRIVATE": '["127.0.0.1:8099"]'}, _FINE),
    fine("nothing", {"HS_WEB__HOST": "127.0.0.1"}, _FINE),
)
