"""Promises of memory, a file for each part that needs its own; `ports.Store` is all of them."""
