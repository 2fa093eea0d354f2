"""The section `monitoring`."""
