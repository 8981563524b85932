"""Pictures of bar codes."""

from __future__ import annotations

from io import BytesIO

import zxingcpp
from PIL import Image

FORMATS = {"EAN13": "EAN13", "EAN8": "EAN8", "UPCA": "UPCA", "UPCE": "UPCE", "QR": "QRCode"}


def barcode(text: str, kind: str = "EAN13") -> Image.Image:
    made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, FORMATS[kind]))
    drawn = zxingcpp.write_barcode_to_image(made, scale=4)
    height, width = drawn.shape[:2]
    return Image.frombytes("L", (width, height), bytes(memoryview(drawn)))


def photo(*codes: Image.Image, size: tuple[int, int] = (1600, 1200), angle: int = 8) -> Image.Image:
    """Codes somewhere in a noisy picture, none of them straight."""
    picture = Image.effect_noise(size, 40)
    for row, code in enumerate(codes):
        picture.paste(code.rotate(angle, expand=True, fillcolor=255), (300, 60 + row * 420))
    return picture


def saved(picture: Image.Image, kind: str = "PNG") -> bytes:
    file = BytesIO()
    picture.save(file, kind)
    return file.getvalue()
