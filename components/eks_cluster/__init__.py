"""The EKS cluster: control plane, node groups, add-ons, who may do what in it."""
