"""The pack's entry."""

from platform_policies import serve

serve("kubernetes")
