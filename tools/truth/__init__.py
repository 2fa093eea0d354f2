"""Both Kubernetes providers, ours and the real one, asked the same: where they differ, ours is wrong."""
