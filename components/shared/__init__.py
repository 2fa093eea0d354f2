"""What at least two folders use; it knows none of them."""
