"""What settings are made of, and how they are read."""
