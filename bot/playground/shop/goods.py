"""What the demo shop sells, where, and how it stands in the morning. The vendors are made up; nothing can be bought."""

from __future__ import annotations

import re
from dataclasses import dataclass

CURRENCY = "GBP"


@dataclass(frozen=True, slots=True)
class Vendor:
    """A made-up shop. A Shopify-like one also answers in JSON."""

    slug: str
    name: str
    promise: str
    is_shopify: bool = False


@dataclass(frozen=True, slots=True)
class Good:
    """A thing that is sold; `variants` are the sizes a Shopify-like vendor has on its one page, ours is `variant`."""

    sku: str
    name: str
    brand: str
    mpn: str
    category: str
    art: str
    aliases: tuple[str, ...]
    blurb: str
    facts: tuple[str, ...]
    variant: str | None = None
    variants: tuple[str, ...] = ()

    @property
    def handle(self) -> str:
        """Its name in an address."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")


NIMBUS = Vendor("nimbus-parts", "Nimbus Parts", "Parts that arrive before the weather changes.")
VOLT = Vendor("volt-byte", "Volt & Byte", "Everything with a plug.")
CIRCUIT = Vendor("circuit-corner", "Circuit Corner", "Your corner shop, since the 555.")
PIXEL = Vendor("pixel-depot", "Pixel Depot", "Screens, chips and things that glow.", is_shopify=True)
VENDORS = (NIMBUS, VOLT, CIRCUIT, PIXEL)

GOODS = (
    Good(
        *("pi5-8gb", "Raspberry Pi 5 8GB", "Raspberry Pi", "SC1112", "single-board", "board"),
        aliases=("pi5", "raspberry pi 5", "pi 5"),
        blurb="The small computer for everything you promised to automate.",
        facts=("Quad-core Arm Cortex-A76, 2.4 GHz", "8 GB LPDDR4X", "Dual 4Kp60 HDMI", "PCIe 2.0 x1"),
        variant="8GB",
        variants=("4GB", "8GB", "16GB"),
    ),
    Good(
        *("jetson-orin-nano", "Jetson Orin Nano", "NVIDIA", "945-13766-0005-000", "single-board", "board"),
        aliases=("jetson", "orin nano"),
        blurb="Super developer kit: 67 TOPS in the palm of a hand, for robots with opinions.",
        facts=("1024-core Ampere GPU, 32 Tensor cores", "6-core Arm Cortex-A78AE", "8 GB LPDDR5", "7–25 W"),
    ),
    Good(
        *("rtx-5090", "GeForce RTX 5090", "NVIDIA", "900-1G144-2530-000", "cards", "card"),
        aliases=("5090", "rtx5090"),
        blurb="The Founders Edition. Bring a large case and a calm electrician.",
        facts=("21 760 CUDA cores", "32 GB GDDR7", "DLSS 4", "575 W"),
    ),
    Good(
        *("steam-deck-oled", "Steam Deck OLED 1TB", "Valve", "V004080-00", "consoles", "handheld"),
        aliases=("steam deck", "deck oled"),
        blurb="Your library, on the sofa, on the train, under the desk.",
        facts=("7.4-inch HDR OLED, 90 Hz", "1 TB NVMe", "50 Wh battery", "Wi-Fi 6E"),
    ),
    Good(
        *("ryzen-9950x3d", "Ryzen 9 9950X3D", "AMD", "100-100000719WOF", "processors", "chip"),
        aliases=("9950x3d", "ryzen 9"),
        blurb="Sixteen cores and a stack of cache, for people who compile and then play.",
        facts=("16 cores, 32 threads", "Up to 5.7 GHz", "144 MB cache", "Socket AM5, 170 W"),
    ),
    Good(
        *("arc-b580", "Intel Arc B580", "Intel", "31P06HB0BA", "cards", "card"),
        aliases=("b580", "battlemage"),
        blurb="A sensible card at a sensible price. It happens.",
        facts=("20 Xe2 cores", "12 GB GDDR6", "XeSS 2", "190 W"),
    ),
    Good(
        *("ps5-pro", "PlayStation 5 Pro", "Sony", "CFI-7016", "consoles", "console"),
        aliases=("ps5 pro", "playstation"),
        blurb="More frames, more light, and still no disc drive in the box.",
        facts=("16.7 TFLOPS GPU", "2 TB SSD", "Wi-Fi 7", "Disc drive sold apart"),
    ),
    Good(
        *("framework-13", "Framework Laptop 13", "Framework", "FRANTG0007", "laptops", "laptop"),
        aliases=("framework", "framework 13"),
        blurb="A laptop that comes with a screwdriver, and means it.",
        facts=("AMD Ryzen AI 7 350", "13.5-inch 2.8K, 120 Hz", "16 GB DDR5", "4 expansion cards"),
    ),
    Good(
        *("ds923-plus", "Synology DS923+", "Synology", "DS923+", "storage", "nas"),
        aliases=("ds923+", "synology"),
        blurb="Four bays for everything that must not be lost.",
        facts=("4 × 3.5-inch bays", "AMD Ryzen R1600", "4 GB ECC", "2 × M.2 NVMe"),
    ),
    Good(
        *("990-pro-4tb", "Samsung 990 Pro 4TB", "Samsung", "MZ-V9P4T0BW", "storage", "stick"),
        aliases=("990 pro", "samsung ssd"),
        blurb="Four terabytes the size of a stick of chewing gum.",
        facts=("PCIe 4.0 NVMe", "7450 / 6900 MB/s", "4 GB cache", "2400 TBW"),
    ),
    Good(
        *("coral-usb", "Google Coral USB", "Google", "G950-06809-01", "accelerators", "stick"),
        aliases=("coral", "edge tpu"),
        blurb="An Edge TPU on a stick: four trillion operations, two watts.",
        facts=("4 TOPS (int8)", "2 TOPS per watt", "USB 3.0 Type-C", "Debian, macOS, Windows"),
    ),
    Good(
        *("flipper-zero", "Flipper Zero", "Flipper Devices", "FZ.1", "gadgets", "handheld"),
        aliases=("flipper",),
        blurb="A dolphin for hardware people. Ask before you open the neighbour's gate.",
        facts=("Sub-GHz, NFC, RFID, infrared", "GPIO", "2000 mAh, a month of standby", "microSD"),
    ),
)

OPENING = """
pi5-8gb           nimbus-parts 76.80 in_stock 41 | volt-byte 79.00 in_stock | pixel-depot 77.40 in_stock
jetson-orin-nano  nimbus-parts 249.00 out_of_stock | volt-byte 269.00 in_stock 6 | pixel-depot 274.80 in_stock
rtx-5090          nimbus-parts 1939.00 out_of_stock | volt-byte 2099.00 out_of_stock | pixel-depot 2249.00 preorder
steam-deck-oled   volt-byte 569.00 in_stock 14 | circuit-corner 564.95 in_stock 4 | pixel-depot 572.50 in_stock
ryzen-9950x3d     nimbus-parts 659.99 in_stock 9 | volt-byte 649.00 in_stock | circuit-corner 668.50 in_stock 3
arc-b580          nimbus-parts 249.99 in_stock 22 | circuit-corner 244.00 in_stock 7
ps5-pro           volt-byte 699.99 in_stock 18 | circuit-corner 699.00 out_of_stock | pixel-depot 689.00 in_stock
framework-13      circuit-corner 1049.00 in_stock 5 | pixel-depot 1079.00 in_stock
ds923-plus        nimbus-parts 549.00 in_stock 8 | volt-byte 562.80 backorder | circuit-corner 539.90 in_stock 2
990-pro-4tb       nimbus-parts 284.99 in_stock 60 | volt-byte 279.00 in_stock 33 | circuit-corner 289.50 in_stock \
| pixel-depot 282.00 in_stock
coral-usb         nimbus-parts 57.60 out_of_stock | circuit-corner 59.95 in_stock 3
flipper-zero      circuit-corner 164.00 in_stock 11 | pixel-depot 169.00 out_of_stock
"""
"""Per line a sku, then offers: vendor, price, stock, count. Most in stock, a handful not, hardly two prices alike."""
