"""What terraform-provider-aws itself says of its types, as `tools.provider_facts` recorded it (docs/decisions/0033)."""
