"""What the shop's numbers say. Flow, read only."""
