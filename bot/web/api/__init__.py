"""The HTTP API, version 1: a file per noun, thin, over the same use cases as Discord and the command line."""
