"""The pack's entry."""

from platform_policies import RULE_SETS, serve

serve("all", *RULE_SETS)
