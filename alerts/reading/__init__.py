"""A shop's page to one Reading."""
