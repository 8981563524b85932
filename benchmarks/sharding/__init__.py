"""What many guilds on many shards cost a bot process."""
