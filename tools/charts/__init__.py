"""Charts as they are pinned, and what they make with the values that the program gives them."""
