"""Canaries: every secret that a test makes or sets is known, and is nowhere that anything is written, shown or kept."""
