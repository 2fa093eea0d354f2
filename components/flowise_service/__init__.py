"""Flowise itself: its environment, scripts, secrets, bucket, releases and queue."""
