"""A product page that is quickly made in any state: what differs stands at its beginning, the rest is the same for all.

The rest has the proportions of real product pages: per KB four elements, and half of its bytes scripts.
"""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass

_WORDS = (
    "module carrier memory camera cooling kernel inference edge board power cable robot vision learning stream network"
    " adapter bundle storage industrial compact ready design support driver sample project update library engine guide"
).split()
_GZIP = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


@dataclass(slots=True)
class Goods:
    """One product as its shop has it. `version` counts what has become of it, the price is in pence."""

    number: int
    pence: int
    is_in: bool = True
    version: int = 0

    @property
    def name(self) -> str:
        """What it is called."""
        return f"Orin Board {self.number:05} Developer Kit"

    @property
    def price(self) -> str:
        """As it is written."""
        return f"{self.pence // 100}.{self.pence % 100:02}"


class Pages:
    """Gzipped pages of about so many KB."""

    def __init__(self, kilobytes: int) -> None:
        self._rest = _rest(kilobytes * 1000)
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        self._packed = packer.compress(self._rest) + packer.flush()

    def of(self, goods: Goods) -> bytes:
        """The page. Only its beginning is compressed anew, so that the shop is not what is measured."""
        first = _first(goods).encode()
        packer = zlib.compressobj(1, zlib.DEFLATED, -15)
        packed = packer.compress(first) + packer.flush(zlib.Z_FULL_FLUSH)
        crc, size = zlib.crc32(self._rest, zlib.crc32(first)), len(first) + len(self._rest)
        return b"".join([_GZIP, packed, self._packed, crc.to_bytes(4, "little"), size.to_bytes(4, "little")])


def _first(goods: Goods) -> str:
    stock = "InStock" if goods.is_in else "OutOfStock"
    data = (
        f'{{"@context":"https://schema.org","@type":"Product","name":"{goods.name}","sku":"OB-{goods.number:05}",'
        f'"offers":{{"@type":"Offer","price":"{goods.price}","priceCurrency":"GBP",'
        f'"availability":"https://schema.org/{stock}","itemCondition":"https://schema.org/NewCondition"}}}}'
    )
    button = '<button type="submit" class="btn add-to-cart">Add to basket</button>' if goods.is_in else (
        '<button type="submit" class="btn" disabled>Sold out</button>')  # fmt: skip
    words = "In stock, ready to ship" if goods.is_in else "Currently out of stock"
    return (
        f"<!doctype html><html lang=en-GB><head><meta charset=utf-8><title>{goods.name} | Shop</title>"
        f'<script type="application/ld+json">{data}</script></head><body><header class="site-header">'
        '<a href="/">Shop</a><a href="/cart">Basket (0)</a></header><main><section class="product">'
        f'<h1>{goods.name}</h1><div class="price"><span class="price__current">&pound;{goods.price}</span></div>'
        f'<p class="stock">{words}</p>'
        f'<form method=post action="/cart/add"><input type="hidden" name="id" value="{goods.number}">{button}</form>'
        "</section>"
    )


def _rest(size: int) -> bytes:
    made, out, length = random.Random(1), [], 0
    while length < size:
        told = "".join(f"<p>{_text(made, 14)} <b>{made.choice(_WORDS)}</b></p>" for _ in range(3))
        link = f'<a class="menu__link" href="/info/{made.choice(_WORDS)}?ref={made.randrange(999)}">More</a>'
        script = f"<script>{''.join(_push(made) for _ in range(8))}</script>"
        out.append(f'<div class="block block--{made.randrange(99)}">{told}{link}</div>{script}')
        length += len(out[-1])
    return f"<section>{''.join(out)}</section></main><footer>&copy; Shop Ltd</footer></body></html>".encode()


def _text(made: random.Random, words: int) -> str:
    return " ".join(made.choices(_WORDS, k=words)).capitalize()


def _push(made: random.Random) -> str:
    return f'window.__{made.choice(_WORDS)}.push({{"{made.choice(_WORDS)}":"{made.randrange(1 << 40):x}"}});'
