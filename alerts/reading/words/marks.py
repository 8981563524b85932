"""What class names and ids say about what stands inside an element. Pure.

Class names are English in most shops of the world; the other words were met in shops of their own countries.
"""

from __future__ import annotations

import re
from functools import lru_cache


class Mark:
    """Bits of a mark. Plain integers: enum flags cost more than all the rest of reading a page."""

    HIDDEN = 1 << 0
    DISABLED = 1 << 1
    ASIDE = 1 << 2
    STRUCK = 1 << 3
    OLD = 1 << 4
    PRICE = 1 << 5
    CURRENT = 1 << 6
    SHIPPING = 1 << 7
    SAVING = 1 << 8
    INSTALMENT = 1 << 9
    UNIT = 1 << 10
    MEMBER = 1 << 11
    NET = 1 << 12
    VARIANT = 1 << 13
    CENTS = 1 << 14
    LINK = 1 << 15
    STOCK = 1 << 16
    GROSS = 1 << 17


# A star ends a word of which only the beginning is known; a dash joins two words that stand side by side.
_WORDS = {
    Mark.HIDDEN: "hidden hide d-none ng-hide invisible display-none mfp-hide",
    Mark.DISABLED: "disabled inactive unavailable soldout sold-out outofstock out-of greyed",
    Mark.ASIDE: """
        related recommend* reco recos similar carousel* carrousel slick upsell* crosssell* cross-sell also
        recently viewed bundle bundles
        frequently accessor* suggest* compare comparison comparar comparateur sponsor* review reviews footer
        navigation navbar menu
        breadcrumb* minicart mini-cart minibasket cart-drawer cart-preview cart-summary cart-popup side-cart
        cookie cookies newsletter
        sims wishlist popup modal lightbox dialog tooltip popover site-header page-header topbar top-bar
        masthead otros relacionad*
        aehnlich* zubehoer podobne sidebar faq question questions last-seen lastseen history product-card
        product-tile product-grid
        product-list productcard producttile category-products other-sellers olp buyback trade-in tradein
        insurance warranty warranties
        financing-modal header-cart swiper-slide side-prd comments""",
    Mark.STRUCK: "strike* stroke line-through linethrough crossed durchgestrichen barre tachado skreslon*",
    Mark.OLD: """
        old was before previous rrp msrp uvp pvp retail list-price price-list listprice compare compare-at
        original regular normal
        oldprice priceold wasprice pricewas regularprice originalprice anterior antes ancien stara starsza
        vecchio oude gammel puvodni
        full-price fullprice reference strikeprice market marketprice""",
    Mark.PRICE: """
        price* prix preis* precio* preco* prezzo prezzi prijs cena ceny cijena pris hinta fiyat kaina amount*
        money prc offscreen cost
        pdeal koupit kwota valor valuta bid""",
    Mark.CURRENT: """
        current sale special final our ourprice now actual offer selling saleprice sales finalprice new
        newprice discounted promo*
        deal pdeal buybox mainprice main-price price-value pricevalue today best internet oferta aktualna
        attuale actuel nuevo akcni
        tarjous effective bigprice product-price productprice prodprice""",
    Mark.SHIPPING: """
        shipping delivery postage versand* livraison envio spedizione frete freight dostawa verzend* doprava
        ship""",
    Mark.SAVING: """
        save saves saved saving savings yousave discount-percent* discount-amount discount-value discount-badge
        discount-label
        discount-rate discount-tag percent* ahorro rabatt rabat sconto korting remise badge points cashback
        bonus voucher""",
    Mark.INSTALMENT: """
        instal* financ* monthly month cuota cuotas parcel* emi klarna afterpay affirm clearpay zip rata ratal*
        rate-body leasing
        credit credito mensual* hire tasso tan taeg quotas""",
    Mark.UNIT: """
        unit-price price-per per-unit ppu grundpreis unitprice priceperunit price-unit baseprice basicprice
        perunit""",
    Mark.MEMBER: """
        member* loyalty club* vip prime subscri* sns coupon* wholesale bulk tier-price tier-prices tierprice
        b2b quantity-price
        quantity-discount qty-price staffel*""",
    Mark.NET: "ex-vat exvat excl* without-tax without-vat price-tax netto net-price no-vat ex-tax pretax extax",
    Mark.GROSS: "inc-vat incvat incl including with-tax with-vat brutto gross ttc inc-tax inctax",
    Mark.VARIANT: "swatch* twister* variant variants variation variations option options size sizes radio",
    Mark.CENTS: """
        cent cents decimal decimals dec fraction* frac centime* centavos kopecks sup superscript minor groszy
        centimos""",
    Mark.STOCK: """
        stock* availab* verfueg* verfug* lager* dispo* stan disponib* inventory soldout sold-out oos saatavuus
        tillgang* dostupn*
        availability""",
}
_EXACT: dict[str, int] = {}
_PREFIXES: dict[str, int] = {}
for _mark, _text in _WORDS.items():
    for _word in _text.split():
        _place = _PREFIXES if _word.endswith("*") else _EXACT
        _place[_word.rstrip("*")] = _place.get(_word.rstrip("*"), 0) | _mark
_STARTS = re.compile("|".join(sorted(map(re.escape, _PREFIXES), key=len, reverse=True)))
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TOKEN = re.compile(r"[a-z]+")
_LONGEST = 400


@lru_cache(maxsize=8192)
def class_marks(named: str) -> int:
    """What the id and the class names of one element say, written one after the other."""
    tokens = _TOKEN.findall(_CAMEL.sub("-", named[:_LONGEST]).lower())
    marks, before = 0, ""
    for token in tokens:
        marks |= _EXACT.get(token, 0) | _EXACT.get(f"{before}-{token}", 0)
        if found := _STARTS.match(token):
            marks |= _PREFIXES[found.group()]
        elif token.endswith("price"):
            marks |= Mark.PRICE
        before = token
    return marks
