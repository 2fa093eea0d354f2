"""Flows as files: read from a running Flowise, compared with it, and written back (docs/operations/flows.md)."""
