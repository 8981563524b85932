"""What people run by hand: `python -m scripts.<name>`."""
