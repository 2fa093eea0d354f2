"""The network: subnets by tier, their ways out, endpoints, firewalls and flow log; or one that stands already."""
