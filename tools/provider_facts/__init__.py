"""Records what a terraform-provider-aws binary says of its resource types, for the sandbox to judge by."""
