"""Signs, countries and languages of currencies, as tables that a person can check. Pure."""

from __future__ import annotations


def _table(text: str) -> dict[str, tuple[str, ...]]:
    """ "a b: X Y; c: Z" -> each word before a colon stands for the words behind it."""
    rows = (row.split(":") if ":-" not in row else row.replace(":-", "\0").split(":") for row in text.split(";"))
    return {word.replace("\0", ":-"): tuple(right.split()) for left, right in rows for word in left.split()}


# Signs by the currencies they may stand for, the commonest first. A sign alone decides only when there is one.
SIGNS = _table(
    """
    US$ U$S: USD; CA$ CDN$: CAD; C$: CAD NIO; A$ AU$: AUD; NZ$: NZD; HK$: HKD; S$ SG$: SGD; NT$: TWD; R$: BRL;
    MX$: MXN; CLP$: CLP; AR$: ARS; COL$: COP; J$: JMD; TT$: TTD; S/. S/: PEN; B/.: PAB; RD$: DOP; Bs. Bs: BOB;
    ₡: CRC; ₲: PYG; $: USD CAD AUD NZD MXN CLP ARS COP SGD HKD TWD UYU BRL DOP; €: EUR; £: GBP; ¥ ￥: JPY CNY;
    円: JPY; 元: CNY TWD HKD; ₹: INR; Rs. Rs: INR PKR LKR NPR MUR; ₨: PKR INR LKR; ₩ 원: KRW; ₽: RUB;
    руб. руб р.: RUB BYN; б.р.: BYN; Br: BYN ETB; ₴ грн грн.: UAH; ₸ тг тг.: KZT; zł zl: PLN; Kč: CZK; Ft: HUF;
    lei Lei: RON MDL; лв лв.: BGN; kr: SEK NOK DKK ISK; kr.: DKK NOK SEK ISK; Kr: SEK NOK DKK; Kr.: DKK NOK;
    :-: SEK; CHF SFr. Fr.: CHF; ₺ TL: TRY; ₪: ILS; ฿ บาท: THB; ₫ đ: VND; ₱: PHP; Rp Rp.: IDR; RM: MYR; ₦: NGN;
    KSh: KES; GH₵: GHS; R: ZAR; kn: HRK; din. RSD: RSD; ден: MKD; ₾: GEL; ৳: BDT; د.إ Dhs Dhs.: AED;
    ر.س SR: SAR; ريال: SAR QAR OMR; ر.ق: QAR; د.ك: KWD; ج.م جنيه LE: EGP; تومان: IRR; دينار: KWD IQD JOD;
    درهم: AED MAD; DH: MAD; Dh: MAD AED
    """
)
CODES = frozenset(
    """
    AED ALL AMD ARS AUD AZN BAM BDT BGN BHD BOB BRL BYN CAD CHF CLP CNY COP CRC CZK DKK DOP DZD EGP EUR GBP GEL
    GHS GTQ HKD HNL HRK HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KRW KWD KZT LBP LKR MAD MDL MKD MUR MXN MYR
    NGN NOK NPR NZD OMR PAB PEN PHP PKR PLN PYG QAR RON RSD RUB SAR SEK SGD THB TND TRY TTD TWD TZS UAH UGX USD
    UYU UZS VND XAF XOF ZAR
    """.split()
)
COUNTRIES = {
    name: found[0]
    for name, found in _table(
        """
    ad at be cy de ee es eu fi fr gr hr ie it lt lu lv mc me mt nl pt si sk sm: EUR; ae: AED; ar: ARS; au: AUD;
    az: AZN; ba: BAM; bd: BDT; bg: BGN; bh: BHD; bo: BOB; br: BRL; by: BYN; ca: CAD; ch: CHF; cl: CLP; cn: CNY;
    co: COP; cr: CRC; cz: CZK; dk: DKK; dz: DZD; eg: EGP; ge: GEL; gt: GTQ; hk: HKD; hu: HUF; id: IDR; il: ILS;
    ir: IRR; jo: JOD; jp: JPY; ke: KES; kr: KRW; kw: KWD; kz: KZT; lk: LKR; ma: MAD; md: MDL; mk: MKD; mx: MXN;
    my: MYR; ng: NGN; no: NOK; np: NPR; nz: NZD; om: OMR; pe: PEN; ph: PHP; pk: PKR; pl: PLN; py: PYG; qa: QAR;
    in: INR; gb: GBP; ro: RON; rs: RSD; ru: RUB; sa: SAR; se: SEK; sg: SGD; th: THB; tn: TND; tr: TRY; tw: TWD;
    ua: UAH; uk: GBP; us: USD; uy: UYU; uz: UZS; vn: VND; za: ZAR; is: ISK
    """
    ).items()
}
# Languages that, on a shop without a country in its name, are written where one currency is used.
LANGUAGES = {
    name: found[0]
    for name, found in _table(
        """
    pl: PLN; cs: CZK; hu: HUF; ro: RON; bg: BGN; sv: SEK; da: DKK; nb no nn: NOK; ja: JPY; ko: KRW; th: THB;
    vi: VND; tr: TRY; he: ILS; uk: UAH; id: IDR; de fr it es nl fi el sk sl lt lv et: EUR; ru: RUB; hi: INR
    """
    ).items()
}
