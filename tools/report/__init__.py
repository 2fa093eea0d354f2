"""What a change does to a stack that stands, as a reviewer wants to read it: `python -m tools.report --stack prod`."""
