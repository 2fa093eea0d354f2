"""What kubectl, and each of our own programs, needs to reach a control plane."""

import base64

import yaml


def kubeconfig(url: str, ca_pem: str, token: str, *, user: str, cluster: str = "sandbox") -> str:
    """Return a kubeconfig file's text, YAML, with the CA and the token inside."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": cluster,
                "cluster": {
                    "server": url,
                    "certificate-authority-data": base64.b64encode(ca_pem.encode()).decode(),
                },
            }
        ],
        "users": [{"name": user, "user": {"token": token}}],
        "contexts": [{"name": cluster, "context": {"cluster": cluster, "user": user}}],
        "current-context": cluster,
    }
    return yaml.safe_dump(document, sort_keys=False)
