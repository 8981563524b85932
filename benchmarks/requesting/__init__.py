"""The parts of http_api.py: the asker in a process of its own, and what is asked."""
