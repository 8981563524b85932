"""One file per slash command group: asks, waits, shows."""
