"""What a page shows to people: its parts in order, the buy box, and pages that are walls."""
