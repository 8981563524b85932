"""Bar codes in the pictures that people send. A picture is a stranger's file: small, of known formats, one at once."""

from __future__ import annotations

import asyncio
from io import BytesIO

import discord
import zxingcpp
from PIL import Image

from alerts.domain.errors import BadInput
from bot.ui.language import t

LARGEST = 8 * 1024 * 1024
_MOST_PIXELS = 25_000_000  # about 100 MB while it is decoded
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
_CODES = ("EAN13", "EAN8", "UPCA", "UPCE", "QRCode")
_SIDE = 1600  # in most photos a code is found at this size, in a tenth of the time
_FETCH = 20  # seconds


class Barcodes:
    """Reads attachments, one at a time: a picture may fill a core for a second."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)

    async def read(self, photo: discord.Attachment) -> list[str]:
        """What the codes in it say, each once; BadInput for what is no picture, too large, or holds none."""
        if photo.size > LARGEST:
            raise BadInput(_too_large())
        try:
            async with asyncio.timeout(_FETCH):
                picture = await photo.read()
        except (discord.HTTPException, TimeoutError, OSError) as exc:
            raise BadInput(t("I could not fetch the picture from Discord: send it once more.")) from exc
        async with self._turn:
            found = await asyncio.to_thread(codes_in, picture)
        if not found:
            raise BadInput(
                t("I see no bar code in this picture. Take it from nearer, straight and in good light, or type the "
                  "number below the code.")
            )  # fmt: skip
        return found


def codes_in(picture: bytes) -> list[str]:
    """What the EAN, UPC and QR codes in a picture say, each once. BadInput for what is too large or no picture."""
    if len(picture) > LARGEST:
        raise BadInput(_too_large())
    try:
        with Image.open(BytesIO(picture), formats=_FORMATS) as image:
            # The header says how large it becomes: nothing has been unpacked yet.
            if image.width * image.height > _MOST_PIXELS:
                raise BadInput(t("This picture has too many pixels: crop it to the bar code."))
            grey = image.convert("L")
        small = grey.copy()
        small.thumbnail((_SIDE, _SIDE))
        found = _read(small) or (_read(grey) if small.size != grey.size else [])
    except BadInput:
        raise
    except Exception as exc:
        # A broken file fails in whatever way its decoder finds; all of them mean the same.
        raise BadInput(t("I cannot read this file as a picture: send a PNG, JPEG, WebP, GIF or BMP.")) from exc
    return list(dict.fromkeys(found))


def _read(image: Image.Image) -> list[str]:
    codes = zxingcpp.barcode_formats_from_str(",".join(_CODES))
    return [each.text for each in zxingcpp.read_barcodes(image, formats=codes, text_mode=zxingcpp.TextMode.Plain)]


def _too_large() -> str:
    return t("This picture is too large: at most 8 MB. Crop it to the bar code.")
