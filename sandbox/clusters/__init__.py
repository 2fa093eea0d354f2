"""The clusters that stand in a world: a control plane for each, with its nodes, add-ons, charts and volumes."""
