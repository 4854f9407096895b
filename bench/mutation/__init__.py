"""Small, seeded mistakes in flow files, and whether anybody notices them."""
