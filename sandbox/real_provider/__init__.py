"""The Kubernetes provider that everybody uses, in place of our own: built once, and judged by our laws first."""
