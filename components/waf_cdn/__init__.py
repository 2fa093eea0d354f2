"""CloudFront and the web firewall before a site."""
