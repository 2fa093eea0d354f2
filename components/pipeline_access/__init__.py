"""The roles by which GitHub Actions plans and deploys a stack."""
