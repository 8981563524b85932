"""Relatives of deliver.py: who may send, in which order, how fast, and what is known of each target."""
