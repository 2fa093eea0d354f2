"""Rules for Pulumi programs on AWS and Kubernetes, and the kit that they are made of."""
