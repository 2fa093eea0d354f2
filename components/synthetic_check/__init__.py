"""A check from outside that asks the site through the CDN."""
