"""Reusable components; each folder holds one, its `__init__` what of it is public."""
