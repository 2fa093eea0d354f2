"""Backups by AWS Backup with their trials, and the budget."""
