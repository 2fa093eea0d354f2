"""A check from outside that asks a flow through the CDN."""
