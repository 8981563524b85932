"""The composition root, a file for each side: only this room and `bot/app.py` know everybody."""
