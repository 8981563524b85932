"""All that a page says, weighed to one Offer."""
