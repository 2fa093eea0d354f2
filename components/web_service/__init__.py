"""What any HTTP service in a cluster needs: workloads, rollouts, load balancer, quota."""
