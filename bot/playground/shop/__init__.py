"""A small demo shop on loopback: made-up vendors whose prices and stock can be changed by hand and by code."""

from bot.playground.shop.server import DemoShop

__all__ = ["DemoShop"]
