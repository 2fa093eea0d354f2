"""Drills: what happens to a stack's Services when nodes, zones or rollouts misbehave, measured on its own cluster."""
