"""The engine: shops to readings to changes to deliveries. Knows neither Discord nor a web server."""
