"""Pure functions that decide what a component creates; nothing here knows a cloud's SDK, so tests need no engine."""
