"""The AWS provider itself, where its program is at hand: asked for refusals and for what a change comes to."""
