"""What runs in every cluster: autoscalers of nodes and pods, load balancers' controller, secrets' operator."""
