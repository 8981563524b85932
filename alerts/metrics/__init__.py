"""What happens, as Prometheus counts it: one object with a registry of its own."""
