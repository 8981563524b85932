"""A Discord-compatible server on loopback with a chat page, and a small demo shop."""
