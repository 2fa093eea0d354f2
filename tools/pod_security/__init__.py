"""Kubernetes's own Pod Security evaluator, as a judge of the rules of the pack `kubernetes`."""
