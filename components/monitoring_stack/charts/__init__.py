"""The values of the charts, as data."""
