"""What a page states for machines: JSON-LD, microdata, product meta, an operator's own places."""
