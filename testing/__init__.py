"""Runs a program on Pulumi's mocks, answered by the sandbox: for tests, and for tools that compare what is made."""
