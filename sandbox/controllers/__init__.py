"""Real controllers beside a control plane, in place of their stand-ins, and what they need to reach."""
