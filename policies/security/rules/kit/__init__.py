"""What every pack is made of. Each pack carries this folder; `python -m tools.policy_kit` makes the copies."""
