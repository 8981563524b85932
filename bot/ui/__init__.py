"""Facts in, Discord objects out; no I/O."""
