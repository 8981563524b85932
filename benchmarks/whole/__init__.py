"""The whole program in processes of its own, between a shop and a Discord: parts of latency.py and scale.py."""
