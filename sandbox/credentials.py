"""What of the caller's environment a program, a policy pack and the engine are not given: keys to anything real.

A program that asks a cloud by itself, with boto3 say, would otherwise act on the caller's account in a preview.
"""

import os
import re
from collections.abc import Collection, Mapping

# The families that clouds and their tools read, and what bears a secret by its name.
_SECRET = re.compile(
    r"(AWS(?!_(DEFAULT_)?REGION$)|AZURE|ARM|GOOGLE|GCLOUD|GCP|CLOUDSDK|ACTIONS|VAULT|DATABRICKS|CLOUDFLARE|DD|DATADOG)_.*"
    r"|.*(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY).*"
    r"|KUBECONFIG|SSH_AUTH_SOCK",
    re.IGNORECASE,
)
# In place of what libraries would find by themselves: files in the home folder, and a machine's own role.
PLACEHOLDERS: Mapping[str, str] = {
    "AWS_ACCESS_KEY_ID": "sandbox",
    "AWS_SECRET_ACCESS_KEY": "sandbox",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AZURE_CONFIG_DIR": os.devnull,
    "CLOUDSDK_CONFIG": os.devnull,
    "KUBECONFIG": os.devnull,
}


def without_credentials(environment: Mapping[str, str], kept: Collection[str] = ()) -> dict[str, str]:
    """Return an environment without what opens something real, but for names that are kept; the
    rest is stood in for.
    """
    left = {name: value for name, value in environment.items() if name in kept or not _SECRET.fullmatch(name)}
    return {**PLACEHOLDERS, **left}
