"""An embedded cloud: any Pulumi Python program of the aws, kubernetes and random SDKs runs on it, with no account."""
