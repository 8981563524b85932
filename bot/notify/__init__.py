"""Letter → message: one file for each way, chosen by the kind of its target in `by_kind`."""
