"""Readers, one verb: `read(listing) -> Offer`."""
