"""A picture is a stranger's file: a code in it is read, and nothing in it can hurt."""

from __future__ import annotations

import struct
import tracemalloc
import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from alerts.domain.codes import number_in
from alerts.domain.errors import BadInput
from bot.ui.barcodes import LARGEST, codes_in
from tests.pictures import barcode, photo, saved

pytestmark = pytest.mark.picture


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("4006381333931", "EAN13", "04006381333931"),
        ("96385074", "EAN8", "00000096385074"),
        ("036000291452", "UPCA", "00036000291452"),
        ("01234565", "UPCE", "00012345000065"),
        ("https://id.gs1.org/01/09506000134352", "QR", "09506000134352"),
    ],
)
def test_each_kind_of_code_in_a_photo_gives_its_number(text: str, kind: str, number: str) -> None:
    (code,) = codes_in(saved(photo(barcode(text, kind)), "JPEG"))

    assert number_in(code) == number


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_the_formats_that_people_send_are_read(kind: str) -> None:
    assert codes_in(saved(barcode("4006381333931"), kind)) == ["4006381333931"]


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK"])
def test_colours_do_not_matter(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"

    assert codes_in(saved(barcode("4006381333931").convert(mode), kind)) == ["4006381333931"]


def test_a_small_code_in_a_large_photo_is_read() -> None:
    picture = photo(barcode("4006381333931"), size=(4600, 3400))

    assert codes_in(saved(picture, "JPEG")) == ["4006381333931"]


def test_several_codes_are_all_read_and_one_that_is_there_twice_is_read_once() -> None:
    codes = [barcode("4006381333931"), barcode("4006381333931"), barcode("96385074", "EAN8")]

    assert sorted(codes_in(saved(photo(*codes, size=(1400, 1500), angle=0)))) == ["4006381333931", "96385074"]


def test_a_picture_without_a_code_gives_none() -> None:
    assert codes_in(saved(Image.new("L", (200, 200), 128))) == []


def test_a_pixel_bomb_is_refused_by_its_header_before_anything_is_unpacked() -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 9000, 9000, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"\0" * (9000 * 27001), 9)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    tracemalloc.start()
    try:
        with pytest.raises(BadInput, match="too many pixels"):
            codes_in(bomb)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("side", [60_000, 20_000])
def test_one_that_pillow_itself_calls_a_bomb_is_refused_in_words_too(side: int) -> None:
    header = struct.pack("<2sIHHI", b"BM", 54, 0, 0, 54) + struct.pack(
        "<IiiHHIIiiII", 40, side, side, 1, 24, 0, 0, 0, 0, 0, 0
    )

    with pytest.raises(BadInput):
        codes_in(header)


def test_a_file_that_is_too_large_is_not_even_opened() -> None:
    with pytest.raises(BadInput, match="at most 8 MB"):
        codes_in(b"\0" * (LARGEST + 1))


@pytest.mark.parametrize("kind", ["TIFF", "PPM", "ICO", "PDF", "EPS"])
def test_formats_that_nobody_takes_photos_in_are_not_opened(kind: str) -> None:
    with pytest.raises(BadInput, match="PNG, JPEG"):
        codes_in(saved(barcode("4006381333931"), kind))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_broken_file_is_answered_in_words(data: st.DataObject) -> None:
    whole = bytearray(
        saved(barcode("4006381333931"), data.draw(st.sampled_from(["PNG", "JPEG", "WEBP", "GIF", "BMP"])))
    )
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    broken = bytes(whole[: data.draw(st.integers(0, len(whole)))])

    with suppress(BadInput):
        assert isinstance(codes_in(broken), list)
