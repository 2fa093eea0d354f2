"""What rules and packs are made of."""
