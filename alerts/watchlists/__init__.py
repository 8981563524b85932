"""A guild's watches as a file: read with care, compared with what is there, written so that it comes back the same."""
