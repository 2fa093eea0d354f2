"""Valkey on ElastiCache."""
