"""Webhooks out: registered by a guild, fed beside fan-out, sent and tried again."""
