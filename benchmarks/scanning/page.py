"""A product page of 150 KB, made as shops make them.

Its proportions are those of real product pages (medians of 36 saved ones): for each KB four elements, one visible text
and half a link; half of its bytes scripts and styles; a fifth of its size when compressed.
"""

from __future__ import annotations

import random

SIZE = 150_000
# Where each answer of a real shop carries something new: its own scripts' data, and the tokens of its forms.
TOKEN = "@@token@@"
NOTE = "@@note@@"  # a visible text somewhere in the page
_WORDS = (
    "module carrier memory camera cooling kernel inference edge board power cable robot vision learning stream network"
    " adapter bundle storage industrial compact ready design support driver sample project update library engine guide"
).split()


def price_of(number: int) -> str:
    """What the product costs."""
    return f"{20 + number * 7 % 900}.{number * 13 % 90 + 10}"


def name_of(number: int) -> str:
    """What the product is called."""
    return f"Orin Board {number:04} Developer Kit"


def page(number: int, *, is_in: bool = True) -> str:
    """The page of one product, with TOKEN where every answer differs."""
    made = random.Random(number)
    body = (
        f"{_head(made, number, is_in=is_in)}<body>{_header(made)}<main>{_buy_box(number, is_in=is_in)}"
        f"{_description(made)}{_related(made)}</main>{_footer(made)}"
    )
    scripts = ""
    while len(body) + len(scripts) < SIZE:
        scripts += f"<script>{_script(made, min(9000, SIZE - len(body) - len(scripts)))}</script>"
    return f"<!doctype html><html lang=en-GB>{body}{scripts}</body></html>"


def _head(made: random.Random, number: int, *, is_in: bool) -> str:
    stock = "InStock" if is_in else "OutOfStock"
    data = (
        f'{{"@context":"https://schema.org","@type":"Product","name":"{name_of(number)}","sku":"OB-{number:04}",'
        f'"image":["https://cdn.shop.test/{number}.jpg"],"brand":{{"@type":"Brand","name":"Nvidia"}},"description":'
        f'"{_text(made, 60)}","offers":{{"@type":"Offer","price":"{price_of(number)}","priceCurrency":"GBP",'
        f'"availability":"https://schema.org/{stock}","itemCondition":"https://schema.org/NewCondition"}}}}'
    )
    crumbs = '{"@context":"https://schema.org","@type":"BreadcrumbList","itemListElement":[]}'
    links = "".join(f'<link rel=preload href="/assets/{made.randrange(10**9)}.js" as=script>' for _ in range(25))
    styles = "".join(
        f".c-{made.choice(_WORDS)}-{n}{{margin:{made.randrange(40)}px;color:#{made.randrange(1 << 24):06x}}}"
        for n in range(300)
    )
    return (
        f"<head><meta charset=utf-8><title>{name_of(number)} | Shop</title>"
        f'<meta name="csrf-token" content="{TOKEN}"><meta property="og:title" content="{name_of(number)}">'
        '<meta property="og:type" content="product">'
        f'<meta property="product:price:amount" content="{price_of(number)}">'
        f'<meta property="product:price:currency" content="GBP">{links}<style>{styles}</style>'
        f'<script type="application/ld+json">{data}</script><script type="application/ld+json">{crumbs}</script>'
        f'<script nonce="{TOKEN}">window.__st={{"t":"{TOKEN}","page":"product"}};{_script(made, 12_000)}</script>'
        "</head>"
    )


def _header(made: random.Random) -> str:
    links = "".join(
        f'<li class="mega-menu__item mega-menu__item--depth-2"><a class="mega-menu__link link link--text focus-inset"'
        f' href="/collections/{w}/{n}?ref=header-menu" data-track="menu:{n}">{w.title()}</a></li>'
        for n, w in enumerate(made.choices(_WORDS, k=50))
    )
    icons = "".join(f'<span class="icon icon--{w}"><svg viewBox="0 0 24 24" width="24"><path d="{_path(made)}"/>'
                    "</svg></span>" for w in made.choices(_WORDS, k=6))  # fmt: skip
    return (
        f'<header class="site-header"><a href="/">Shop</a>{icons}<div class="mega-menu"><ul>{links}</ul></div>'
        '<form action="/search">'
        '<input type=search name=q><button type=submit>Search</button></form><a href="/cart">Basket (0)</a></header>'
    )


def _buy_box(number: int, *, is_in: bool) -> str:
    button = '<button type="submit" class="btn add-to-cart">Add to basket</button>' if is_in else (
        '<button type="submit" class="btn" disabled>Sold out</button>')  # fmt: skip
    words = "In stock, ready to ship" if is_in else "Currently out of stock"
    return (
        f'<section class="product"><div class="gallery">{"".join(_picture(number, n) for n in range(8))}</div>'
        f'<div class="product__info"><h1 class="product__title">{name_of(number)}</h1><div class="rating">'
        '<span>4.8</span><a href="#reviews">112 reviews</a></div><div class="price">'
        f'<span class="price__current">&pound;{price_of(number)}'
        f'</span> <small>inc VAT</small></div><p class="stock">{words}</p><form method=post action="/cart/add">'
        f'<input type="hidden" name="form_key" value="{TOKEN}">'
        f'<input type="hidden" name="id" value="{number}"><input type=number name=qty value=1>{button}</form>'
        "<ul class=usps><li>Free delivery over &pound;50</li><li>30 days to return it</li></ul></div></section>"
    )


def _picture(number: int, n: int) -> str:
    return f'<figure class="gallery__item gallery__item--{n}">{_image(f"/i/{number}-{n}")}</figure>'


def _image(path: str) -> str:
    sizes = ", ".join(
        f"https://cdn.shop.test{path}.webp?width={width}&amp;v=1732 {width}w" for width in (180, 360, 720)
    )
    return (
        f'<img src="https://cdn.shop.test{path}.webp" srcset="{sizes}" sizes="(min-width: 990px) 25vw, 50vw" alt=""'
        ' loading="lazy" decoding="async" width="600" height="600" class="image image--cover motion-reduce">'
    )


def _path(made: random.Random) -> str:
    return " ".join(f"{made.choice('MLC')}{made.random() * 24:.2f} {made.random() * 24:.2f}" for _ in range(20))


def _description(made: random.Random) -> str:
    told = "".join(f"<p>{_text(made, 55)} <b>{made.choice(_WORDS)}</b> {_text(made, 30)}</p>" for _ in range(25))
    rows = "".join(f"<tr><th>{w.title()}</th><td>{_text(made, 4)}</td></tr>" for w in made.choices(_WORDS, k=25))
    return f'<section class="description"><h2>Description</h2>{told}<h2>Details</h2><table>{rows}</table></section>'


def _related(made: random.Random) -> str:
    cards = "".join(
        f'<li class="carousel__slide slider__slide"><div class="card product-card card--media">'
        f'<div class="card__inner ratio"><div class="card__media">{_image(f"/t/{n}")}</div></div>'
        f'<a class="card__link full-unstyled-link" href="/products/{w}-{n}?pr_prod_strat=e5&amp;pr_rec_id={n}"><h3'
        f' class="card__heading h5">{w.title()} {made.randrange(100)}</h3></a><div class="price price--small">'
        f'<span class="price-item">&pound;{made.randrange(900)}.{made.randrange(10, 99)}</span></div>'
        '<button class="btn btn--small quick-add">Quick add</button></div></li>'
        for n, w in enumerate(made.choices(_WORDS, k=20))
    )
    return f'<section class="related-products"><h2>You may also like</h2><div class="carousel">{cards}</div></section>'


def _footer(made: random.Random) -> str:
    links = "".join(
        f'<li><a href="/info/{w}">{w.title()} {_text(made, 1)}</a></li>' for w in made.choices(_WORDS, k=35)
    )
    return f'<footer class="site-footer"><ul>{links}</ul><p>&copy; Shop Ltd, {NOTE} visitors today</p></footer>'


def _text(made: random.Random, words: int) -> str:
    return " ".join(made.choices(_WORDS, k=words)).capitalize()


def _script(made: random.Random, size: int) -> str:
    pieces, length = [], 0
    while length < size - 60:
        w, v = made.choice(_WORDS), made.choice(_WORDS)
        said = f'"{v}":"{made.randrange(1 << 40):x}",n:{made.randrange(999)}'
        piece = f"window.__{w}=window.__{w}||[];window.__{w}.push({{{said}}});"
        pieces.append(piece)
        length += len(piece)
    return "".join(pieces)
