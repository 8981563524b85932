"""The real program with one defect planted: reading a page of one shop fails with a text full of secrets."""

import os
import sys

from alerts.domain.model import Listing, Offer
from alerts.reading.readers.page import PageReader
from alerts.reading.web.fetch import Page
from bot.cli.main import main

read_as_it_should = PageReader.read_from


async def read_from(self: PageReader, page: Page, listing: Listing) -> Offer:
    """Fails at the shop that FAULTY names."""
    if listing.vendor == os.environ["FAULTY"]:
        raise RuntimeError(f"the planted defect at {listing.url}: {os.environ['SECRETS']}")
    return await read_as_it_should(self, page, listing)


PageReader.read_from = read_from  # type: ignore[method-assign]
if __name__ == "__main__":
    sys.argv[0] = "hardware-sentry"
    main()
