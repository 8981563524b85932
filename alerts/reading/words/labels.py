"""What the words beside an amount say it is: the old price, postage, an instalment, a price per kilo. Pure.

Plain words after `folded`, in the languages of phrases.py; a blank at an end stands for the end of a word.
"""

from __future__ import annotations

import re
from functools import lru_cache

from alerts.reading.words.marks import Mark
from alerts.reading.words.phrases import folded, table

_GROSS = """
inc vat|inc. vat|incl|including vat|including tax|with vat|inkl|ttc|t.t.c|iva inc|con iva|com iva|iva compresa|s dph
vč. dph|včetně dph|z vat|brutto|税込|含稅|含税|med moms|sis. alv|tax included|с ндс"""
_BEFORE = {
    Mark.OLD: """
 was | was:| mrp|m.r.p|rrp|r.r.p|list price|regular|reg.|msrp|retail price|old price|original
before|compare at|typical price
 statt |uvp|unverb|bisher|vorher|alter preis|au lieu|ancien|avant|prix conseill|prix de base|prix public| antes
anterior|precio normal| normal
 pvp|pvr|p.v.p|precio de lista|precio regular|listino|anziché|invece|consigliato| prima| van |adviesprijs
normaal|oude prijs
stara cena|cena katalogowa|cena regularna|przed obniż|zamiast|najniższa| de:|preço antigo|původní|běžná
před slevou| ord.|ordinarie|tidigare
rek. pris|førpris| før |normalpris|vejl|ovh|norm.|aiemmin|定価
通常価格|参考価格|希望小売|原價|原价|市場價|市场价|建議售價|定價|старая цена
было|вместо""",
    Mark.MEMBER: """
member|mitglied| club|clubcard|loyalty| prime |with card|con tarjeta|carte de fid|fidélité| socio|sign in|log in
subscri| abo |abonn|suscri
coupon|cupón|gutschein|会員|會員| vip |student|with code|code promo|for business|b2b""",
    Mark.SHIPPING: """
shipping|delivery|postage|p&p|versand|lieferung|livraison|frais de port|envío|envio|gastos|spedizione|consegna
verzend|bezorg|dostaw|wysyłk
przesyłk|frete|entrega|doprava|doručen|frakt|leverans|levering
fragt|toimitus|送料|配送|運費|运费|免運|доставк|orders over
order over|minimum|import fee""",
    Mark.SAVING: """
 save |save:|saving|you save| off|discount| spar|ersparnis|rabatt|économ|remise|réduction|ahorr|descuento| dto
risparm|sconto|korting|bespaar
oszczęd|rabat|economi|desconto|poupe|sleva|ušetř|säästä|alennus
節約|割引|折扣|省|скидк|points|cashback|bonus|gift card
reward|deposit|pfand""",
    Mark.INSTALMENT: """
month|monat|mensual|mese | maand|månad|måned|月々|分期|instal|payment of|payments of|cuota|parcel| rate | raten
 rata| raty|financ| apr |affirm
klarna|claim up to| up to |worth up|в месяц|interest|per week""",
    Mark.UNIT: "price per|unit price|grundpreis|prix au|prezzo al|precio por|prijs per|1 kg|1kg|1 l =|単価|單價",
    Mark.NET: """
ex vat|ex. vat|ex tax|ex. tax|ex gst|excl|without vat|without tax|zzgl| netto|hors tax| ht | ht: |sin iva
sin impuestos|iva esclus|sem iva|bez dph|bez vat
без ндс|exkl|ekskl|税抜|未稅|未税|net price
exc vat|exc. vat|exc. gst|plus vat|before vat|excluding|ohne mwst| h.t.|hors taxe|senza iva|+ iva|+ vat|más iva
mais iva|+ btw|+ mwst|uden moms|utan moms|ex moms|ilman alv|alv 0""",
    Mark.GROSS: _GROSS,
    Mark.VARIANT: """
 used|refurb|gebraucht|occasion|usato|segunda mano|new from|estimate| est.|starting bid|start price
starting price|sellers|more buying|kindle
audible|or more|each for""",
}
_AFTER = {
    Mark.UNIT: "/|per |pro |je |par |por |al |za |pr ",
    Mark.INSTALMENT: (
        "/ mo|/mo|per month|a month|pro monat|par mois|al mes|por mes|"
        "al mese|per maand|/mies|/mån|/md|/kk|mensual|per week|x "
    ),
    Mark.NET: (
        "ex vat|ex. vat|ex tax|ex gst|ex. gst|excl|+ vat|+ iva|+ mwst|"
        "ht |h.t.|netto|bez dph|税抜|未稅|zzgl|exkl|ekskl|+ btw|(ex|exc vat|exc. vat|plus vat|ohne mwst|hors taxe"
        "|sin iva|sin impuestos|iva esclus"
        "|sem iva|senza iva|más iva|bez vat|uden moms|utan moms|ex moms|ex btw|alv 0|tax excluded|без ндс"
    ),
    Mark.GROSS: _GROSS,
    Mark.SAVING: " off|off |rabatt|discount|de descuento|saving|cashback|points|korting|de remise|sleva|gift|credit",
    Mark.SHIPPING: "shipping|delivery|postage|versand|de livraison|de envío|verzend|frakt|送料|運費|p&p",
    Mark.OLD: "rrp|list price|uvp",
    Mark.MEMBER: "with prime|for prime|for members|with card|with coupon|with code",
}
_MEASURES = tuple(
    "kg g gr l lt ltr litre liter ml cl oz lb lbs fl m m2 m² "
    "stk count sheet szt unit ea each 100 10 1 unidad pièce".split()
)
_BEFORE_TABLE = [(word, mark) for mark, words in _BEFORE.items() for word in table(words)]
_AFTER_TABLE = [(mark, table(words)) for mark, words in _AFTER.items()]
_QUANTITY = re.compile(r"\d+\s+for$|\bbuy \d|\d\s*\+|\bab \d+ (?:stück|st)")
_TIMES = re.compile(r"\d\s*[x×](?: (?:de|von|à|of))?$|\d (?:fois|rate|raten|plazos)(?: (?:de|von|da))?$")
_FROM = tuple(
    """ from| starting at| starting from| as low as| ab| à partir de
 dès| desde| a partire da| da| vanaf| od| a partir de
| från| fra| alkaen| 最低| от| min.""".replace("\n", "").split("|")
)
_FROM_AFTER = ("~", "起", "から", "and up")


@lru_cache(maxsize=4096)
def label_marks(before: str, after: str) -> int:
    """What the words before and after an amount say it is; 0 when they say nothing."""
    marks = 0
    if before:
        padded = f" {folded(before)} "
        for word, mark in _BEFORE_TABLE:
            if word in padded:
                marks |= mark
        if _QUANTITY.search(padded.strip()):
            marks |= Mark.VARIANT
        if _TIMES.search(padded.strip()):
            marks |= Mark.INSTALMENT
    return marks | _after(folded(after).lstrip("*.,:;)(– ") + " ") if after else marks


def _after(words: str) -> int:
    marks = 0
    for mark, beginnings in _AFTER_TABLE:
        if words.startswith(beginnings):
            marks |= mark
    if (
        marks & Mark.UNIT
        and not words.lstrip("/").partition(" ")[2].startswith(_MEASURES)
        and not words[1:].lstrip().startswith(_MEASURES)
    ):
        marks &= ~Mark.UNIT
    return marks


def is_from(before: str, after: str) -> bool:
    """Whether the amount is said to be the least of several."""
    said = f" {folded(before)}".rstrip(" :.*")
    return said.endswith(_FROM) or folded(after).startswith(_FROM_AFTER)
