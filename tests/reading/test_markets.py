"""Small pages as shop systems and countries write them: the price is the one a visitor would name."""

from __future__ import annotations

from decimal import Decimal

import pytest

from alerts.reading.readers.saved import read_saved

FILL = (
    "<div class='description'>"
    + "<p>Lorem ipsum dolor sit amet. Weight 2.5 kg, 10 pieces, model 2020.</p>" * 20
    + "</div>"
)
PAGES = {
    "opencart": (
        "https://shop.com.ua/x",
        (
            "<html lang=uk><head><title>Router AX3 - Shop</title></head><body><header><div id=cart><button>0 "
            "товарів - 0 грн.</button></div></header><div id=content><div class=col-sm-4><h1>Router AX3</h1><ul "
            "class=list-unstyled><li>Availability: In Stock</li></ul><ul class=list-unstyled><li><span "
            'style="text-decoration: line-through;">2 100 грн.</span></li><li><h2>1 899 грн.</h2></li><li>Ex Tax:'
            " 1 582 грн.</li><li>10 or more 1 800 грн.</li></ul><div id=product><input name=quantity "
            'value=1><button id=button-cart class="btn btn-primary '
            'btn-lg">Купити</button></div></div></div></body>'
        ),
        "1899",
    ),
    "magento2": (
        "https://shop.com/x",
        (
            "<html lang=en><head><title>Chair</title></head><body><main><h1 "
            'class=page-title><span>Chair</span></h1><div class=product-info-price><div class="price-box"><span '
            "class=special-price><span class=price-label>Special Price</span><span class=price-wrapper "
            "data-price-amount=34.5><span class=price>$34.50</span></span></span><span class=old-price><span "
            'class=price-label>Regular Price</span><span class=price>$45.00</span></span></div><div class="stock '
            'available"><span>In stock</span></div></div><button id=product-addtocart-button class="action '
            'primary tocart">Add to Cart</button></main></body>'
        ),
        "34.50",
    ),
    "prestashop": (
        "https://boutique.fr/x",
        (
            "<html lang=fr><head><title>Lampe bleue</title></head><body><main><section id=main><h1 class=h1>Lampe"
            " bleue</h1><div class=product-prices><div class=product-discount><span class=regular-price>59,90 "
            '€</span></div><div class="current-price"><span>47,92 €</span><span class="discount '
            'discount-percentage">Économisez 20%</span></div><div class=tax-shipping-delivery-label>TTC - '
            'Livraison 4,90 €</div></div><button class="btn btn-primary add-to-cart">Ajouter au '
            "panier</button></section></main>"
        ),
        "47.92",
    ),
    "woo": (
        "https://winkel.nl/product/x",
        (
            '<html lang=nl><head><title>Lamp</title></head><body><div class="product type-product"><h1 '
            'class="product_title entry-title">Lamp</h1><p class=price><del><span class="woocommerce-Price-amount'
            ' amount"><bdi><span class="woocommerce-Price-currencySymbol">€</span>&nbsp;89,00</bdi></span></del> '
            '<ins><span class="woocommerce-Price-amount '
            'amount"><bdi><span>€</span>&nbsp;69,00</bdi></span></ins></p><p class="stock '
            'out-of-stock">Uitverkocht</p></div><section class="related products"><h2>Gerelateerd</h2><span '
            'class=price>€ 5,00</span><a class="button add_to_cart_button">In winkelwagen</a></section>'
        ),
        "69.00",
    ),
    "split cents": (
        "https://shop.pl/x",
        (
            "<html lang=pl><head><title>Laptop X</title></head><body><main><h1>Laptop X</h1><div "
            'class="product-price"><span class="price-big">3 499</span><span class="price-cents">99</span> '
            "<span>zł</span></div><button class=btn>Do koszyka</button>"
        ),
        "3499.99",
    ),
    "fr split": (
        "https://shop.fr/x",
        (
            "<html lang=fr><head><title>TV 55 pouces</title></head><body><main><h1>TV 55 pouces</h1><div "
            'class="fpPrice price">259€<sup>99</sup></div><div>soit 4 x 64,99 €</div><button>Ajouter au '
            "panier</button>"
        ),
        "259.99",
    ),
    "sfcc cl": (
        "https://tienda.cl/x",
        (
            "<html lang=es-CL><head><title>Silla</title></head><body><h1 class=product-name>Silla</h1><div "
            'class=prices><span class="normal">Normal $ 39.990</span><span class="internet">Internet $ '
            "29.990</span><span class=card>Tarjeta $ 24.990</span></div><div>6 cuotas de $4.998</div><button "
            'class="add-to-cart btn">Agregar al carro</button>'
        ),
        "29990",
    ),
    "auction": (
        "https://bids.com/x",
        (
            "<html lang=en><head><title>Vase lot 5</title></head><body><h1>Vase lot 5</h1><div>Estimate: $300 - "
            "$500</div><div>Current bid <span class=amount>$120</span></div><button>Place bid</button>"
        ),
        "120",
    ),
    "classified": (
        "https://ads.co.za/x",
        (
            "<html lang=en><head><title>Bakkie 2010</title></head><body><h1>Bakkie 2010</h1><div><span class=x>R "
            "85 000</span></div><a class=btn href=#>Contact seller</a>"
        ),
        "85000",
    ),
    "jp": (
        "https://shop.jp/x",
        (
            "<html lang=ja><head><title>カメラ ABC</title></head><body><h1>カメラ ABC</h1>"
            "<p>通常価格 12,800円(税込)</p><p "
            "class=price>9,980円(税込)</p><p>送料 500円</p><button>カートに入れる</button>"
        ),
        "9980",
    ),
    "grocery": (
        "https://market.co.uk/x",
        (
            "<html lang=en><head><title>Milk 2L</title></head><body><main><h1>Milk 2L</h1><div "
            "class=price-control><span>£</span><span>1.15</span></div><div "
            "class=ppu>£0.58/litre</div><button>Add</button>"
        ),
        "1.15",
    ),
    "swiss": (
        "https://laden.ch/x",
        (
            "<html lang=de-CH><head><title>Uhr</title></head><body><h1>Uhr</h1><div class=preis>CHF "
            "1'299.–</div><div>UVP CHF 1'499.–</div><button>In den Warenkorb</button>"
        ),
        "1299",
    ),
    "price before h1": (
        "https://shop.com/x",
        (
            "<html lang=en><head><title>Desk Lamp</title></head><body><div class=wrap><div class=right><div "
            "class=pr>$45.00</div><button>Add to cart</button></div><div class=left><h1>Desk "
            "Lamp</h1></div></div><div class=foo></div><div><h3>Customers also bought</h3><div><a "
            "href=/a>Bulb</a><b>$5.00</b></div></div>"
        ),
        "45.00",
    ),
    "kr": (
        "https://butik.se/x",
        (
            "<html lang=sv><head><title>Stol</title></head><body><h1>Stol</h1><span class=price>1 "
            "295:-</span><span class=old>Ord. pris 1 595:-</span><button>Köp</button>"
        ),
        "1295",
    ),
    "id": (
        "https://toko.co.id/x",
        (
            "<html lang=id><head><title>Meja</title></head><body><h1>Meja</h1><span>Rp "
            "1.250.000</span><button>Beli</button>"
        ),
        "1250000",
    ),
    "brl": (
        "https://loja.com.br/x",
        (
            "<html lang=pt-br><head><title>Mesa</title></head><body><h1>Mesa</h1><s>De: R$ 1.299,00</s><p>Por: "
            "<strong>R$ 999,90</strong></p><p>ou 10x de R$ 99,99 sem juros</p><p>R$ 949,90 no "
            "boleto</p><button>Comprar</button>"
        ),
        "999.90",
    ),
    "in": (
        "https://shop.in/x",
        (
            "<html lang=en-IN><head><title>Phone Z</title></head><body><h1>Phone Z</h1><div>MRP: "
            "<span>₹1,49,900.00</span></div><div>Price: <span>₹1,29,900.00</span></div><div>You Save: "
            "₹20,000.00</div><button>Buy Now</button>"
        ),
        "129900",
    ),
    "css sale": (
        "https://shop.ie/x",
        (
            "<html lang=en><head><title>Boots</title></head><body><h1>Boots</h1><div><span "
            "class=a1>€39.30</span><span class=b2>€49.10</span></div><button>Add to bag</button>"
        ),
        "39.30",
    ),
    "css sale2": (
        "https://shop.ie/x",
        (
            "<html lang=en><head><title>Boots</title></head><body><h1>Boots</h1><div><span "
            "class=a1>€49.10</span><span class=b2>€39.30</span></div><button>Add to bag</button>"
        ),
        "39.30",
    ),
    "old tables": (
        "https://negozio.it/x",
        (
            "<html lang=it><head><title>Amplificatore VT-1 - Negozio</title></head><body><table><tr><td "
            "class=pageHeading>Amplificatore VT-1</td><td class=pageHeading align=right>EUR "
            '1.299,00</td></tr></table><input type=image alt="Aggiungi al carrello" src=b.gif>'
        ),
        "1299.00",
    ),
    "amazon new": (
        "https://www.amazon.de/dp/B0",
        (
            "<html lang=de-de><head><title>Platine: Amazon.de</title></head><body><div id=ppd><div "
            "id=centerCol><div id=title_feature_div><h1 id=title><span "
            "id=productTitle>Platine</span></h1></div><div id=corePriceDisplay_desktop_feature_div><span "
            'class="a-price aok-align-center priceToPay"><span class=a-offscreen>62,90€</span><span '
            "aria-hidden=true><span class=a-price-whole>62<span class=a-price-decimal>,</span></span><span "
            "class=a-price-fraction>90</span><span class=a-price-symbol>€</span></span></span><span>UVP: <span "
            'class="a-price a-text-price" data-a-strike=true><span '
            "class=a-offscreen>79,00€</span></span></span></div></div><div id=rightCol><div "
            'id=availability><span>Auf Lager</span></div><input id=add-to-cart-button type=submit value="In den '
            'Einkaufswagen"></div></div>'
        ),
        "62.90",
    ),
}


@pytest.mark.parametrize("name", PAGES)
def test_the_price_is_the_one_a_visitor_would_name(name: str) -> None:
    url, body, price = PAGES[name]

    public = read_saved((body + FILL).encode(), url).as_public()

    assert public["price"] is not None
    assert Decimal(public["price"]) == Decimal(price)
