"""Ranking: places by points."""
