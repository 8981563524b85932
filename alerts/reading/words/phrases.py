"""What shops write on buttons and beside them, in fourteen languages and Russian. Pure.

Plain words, compared after `folded`: a pattern of this many choices costs more than reading the rest of the page.
Lines: en de fr es it nl pl pt cs sv da fi ja zh ru.
"""

from __future__ import annotations

import re
from functools import lru_cache

# How the words on a button that buys begin.
BUY = """
add to cart|add to basket|add to bag|add to trolley|add to my|add to your|add to order|add to shopping|add it to
add item to|buy now|buy it now|buy online|buy$|order now|purchase|place bid|place a bid|bid now|get tickets
buy ticket|add both|one click
in den warenkorb|in den einkaufswagen|in den korb|in den einkaufskorb|in die einkaufstasche|in die tasche
zum warenkorb hinzufügen|jetzt kaufen|kaufen|sofort kaufen|jetzt bestellen|bestellen$|in warenkorb
ajouter au|ajouter à mon|ajouter à la|ajouter dans|ajouter$|acheter|j'achète|commander|mettre au panier|au panier
añadir a|agregar a|añade a|sumar a|comprar|añadir$|agregar$|a la cesta|al carrito
aggiungi al|aggiungi alla|acquista|compra$|compra ora|compra subito|metti nel|ordina ora|nel carrello
in winkel|toevoegen aan|nu kopen|bestel|koop nu|in mijn winkel|voeg toe|in mandje
do koszyka|dodaj do koszyka|dodaj do torby|kup teraz|kup$|kup |kupuję|wrzuć do
adicionar ao|adicionar à|adicionar a|colocar no|comprar agora|adicionar$
do košíku|vložit do|přidat do|koupit|objednat
lägg i|lägg till i|köp$|köp |lägg i varu|handla$|till kassan
læg i|tilføj til|køb$|køb |bestil$|i kurven
lisää ostos|lisää kori|osta$|osta |ostoskoriin
カートに|かごに|買い物かご|購入する|購入手続|今すぐ買|今すぐ購入|注文する|ショッピングカート
加入购物|加入購物|放入購物|放入购物|立即购买|立即購買|直接購買|加到購物|马上购买|我要購買|購買$|购买$|加入购物袋|立即结帐|立即結帳
в корзину|добавить в|купить|заказать$
"""
OUT = """
sold out|soldout|out of stock|currently unavailable|temporarily unavailable|not currently available
not available|no longer available|unavailable|not in stock|item has ended|auction ended|auction has ended
listing ended|listing has ended|bidding has ended
ausverkauft|nicht auf lager|nicht lieferbar|nicht verfügbar|nicht vorrätig|nicht lagernd|nicht mehr lieferbar
nicht mehr verfügbar|nicht mehr auf lager|vergriffen|leider nicht
rupture|épuisé|indisponible|plus disponible|non disponible|hors stock|victime de son succès
agotado|sin stock|sin existencias|no disponible|fuera de stock|no hay stock|sin disponibilidad|no está disponible
esaurito|non disponibile|non più disponibile|non è disponibile|prodotto terminato
uitverkocht|niet op voorraad|niet leverbaar|niet beschikbaar|niet meer leverbaar|tijdelijk niet
niedostępn|brak w magazynie|wyprzedan|chwilowo brak|brak towaru|brak na stanie
esgotado|indisponível|sem stock|sem estoque|fora de estoque
vyprodáno|není skladem|nedostupn|není k dispozici|dočasně není
slutsåld|slut i lager|ej i lager|finns ej|tillfälligt slut|ej tillgänglig
udsolgt|ikke på lager|ikke tilgængelig
loppuunmyyty|loppu varastosta|tilapäisesti loppu|ei varastossa|ei saatavilla|loppunut
在庫切れ|品切れ|売り切れ|完売|在庫なし|入荷待ち|現在お取り扱いできません
缺货|缺貨|售罄|售完|暂时缺货|無庫存|无货|補貨中|已下架|無現貨|暫無庫存
нет в наличии|распродан|товар закончился|нет на складе
"""
IN = """
in stock|available now|ready to ship|ships today|ships within|usually dispatched|available for delivery
left in stock|dispatched today
auf lager|sofort lieferbar|sofort verfügbar|vorrätig|lagernd|versandfertig|lieferbar
en stock|disponible|expédié sous|livraison immédiate
hay stock|en existencia|disponible para
disponibile|disponibilità immediata|pronta consegna
op voorraad|direct leverbaar|leverbaar|morgen in huis
dostępn|w magazynie|na stanie|wysyłka w
em stock|em estoque|disponível|pronta entrega
skladem|ihned k odeslání
i lager|finns i lager|skickas inom
på lager|klar til afsendelse
varastossa|saatavilla
在庫あり|在庫有|残り|即納|当日発送
有货|現貨|现货|有貨|庫存充足|尚有庫存
в наличии|есть на складе
"""
PREORDER = """
preorder|pre order|coming soon|reserve now|pre orders
vorbestell|erscheint am
précommand|pré command|à paraître
reservar ahora|preventa|pre venta|precompra
preordin|pre ordin|prenota
reserveer|pre orderen
przedsprzeda|zapowied
pré venda|pré encomenda|pre venda
předobjedn|předprodej
förbeställ|förhandsbok
forudbestil|forhåndsbestil
ennakkotilaa|ennakkomyyn
予約注文|予約する|予約受付|ご予約
预订|预购|預購|預訂|预售|預售
предзаказ
"""
BACKORDER = """
backorder|back order|special order|made to order|available to order
nachbestell|auf bestellung
sur commande|en réapprovisionnement
bajo pedido|por encargo
su ordinazione
nabestelling|op bestelling
na zamówienie
sob encomenda|por encomenda
na objednávku
beställningsvara|restnoterad
bestillingsvare|restordre
tilaustuote|jälkitoimitus
取り寄せ
訂貨|调货
под заказ
"""
NOTIFY = """
notify me|email me when|e mail me when|tell me when|when back in stock|back in stock alert|stock alert
join waitlist|join the wait|waiting list|when available|remind me
benachrichtig|verfügbarkeitsalarm|erinnere mich|informieren sie mich
m'avertir|me prévenir|être alerté|alerte stock|prévenez moi|m'alerter
avísame|avisarme|notificarme|avisar cuando
avvisami|notificami|avvertimi
houd mij op de hoogte|mail mij|breng mij op de hoogte
powiadom|zapytaj o dostępność
avise me|avisar me|notificar me
hlídat|upozornit|hlídací pes
bevaka|meddela mig
giv mig besked|underret mig|påmind mig
ilmoita kun|ilmoita minulle
再入荷|入荷お知らせ|入荷通知
到货通知|到貨通知|貨到通知|補貨通知
сообщить о поступлении|уведомить
"""
DISCONTINUED = """
discontinued|end of life|no longer sold|no longer made|no longer produced|nicht mehr im sortiment
nicht mehr hergestellt|auslaufartikel
produit arrêté|descatalogado|fuori produzione|fuori catalogo|uit assortiment|wycofan|descontinuado
ukončen prodej|utgått ur sortimentet
udgået af|poistunut valikoimasta|生産終了|販売終了|停产|停產|снят с производства
"""
_BLANKS = re.compile(r"[\s\u00a0\-–_]+")


@lru_cache(maxsize=16384)  # a shop writes the same words on every page
def folded(text: str) -> str:
    """Text as the tables hold it: one case, one kind of blank and of apostrophe."""
    return _BLANKS.sub(" ", text).strip().casefold().replace("’", "'")


def table(text: str) -> tuple[str, ...]:
    """The phrases of a table, folded."""
    return tuple(word for line in text.strip().splitlines() for word in line.split("|"))


class Sense:
    """Bits of what a phrase says of stock."""

    OUT = 1
    IN = 2
    PREORDER = 4
    BACKORDER = 8
    NOTIFY = 16
    DISCONTINUED = 32


_BUY_WORDS = tuple(word for word in table(BUY) if not word.endswith("$"))
_BUY_EXACT = frozenset(word.rstrip("$") for word in table(BUY) if word.endswith("$"))
_TABLES = {
    Sense.OUT: OUT,
    Sense.IN: IN,
    Sense.PREORDER: PREORDER,
    Sense.BACKORDER: BACKORDER,
    Sense.NOTIFY: NOTIFY,
    Sense.DISCONTINUED: DISCONTINUED,
}
# Phrases by their first two letters: a text is asked only about the few that can begin where one of its words does.
_INDEX: dict[str, list[tuple[str, int]]] = {}
for _sense, _text in _TABLES.items():
    for _word in table(_text):
        _INDEX.setdefault(_word[:2], []).append((_word, _sense))
_WORD_START = re.compile(r"(?<!\w)\w|[\u3040-\u30ff\u3400-\u9fff]")


@lru_cache(maxsize=16384)
def senses(text: str) -> int:
    """Everything that the folded text says of stock. "Not in stock" and "back in stock" do not say in stock."""
    said = 0
    for start in _WORD_START.finditer(text):
        at = start.start()
        for word, sense in _INDEX.get(text[at : at + 2], ()):
            if text.startswith(word, at):
                said |= sense
    if said & (Sense.OUT | Sense.NOTIFY) or "back in stock" in text:
        said &= ~Sense.IN
    return said


def buys(text: str) -> bool:
    """Whether the folded words on a control say that it buys."""
    return text in _BUY_EXACT or text.startswith(_BUY_WORDS)
