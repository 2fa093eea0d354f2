"""Who asks an API server, and the file of their tokens."""

ADMIN = "sandbox:admin"
CONTROLLER_MANAGER = "system:kube-controller-manager"
SCHEDULER = "system:kube-scheduler"
KUBELETS = "sandbox:kubelets"
# Users and the groups that the API server's own RBAC roles know them by; one program plays every kubelet, which the
# role of a kubelet, made for a single node, does not allow.
USERS = {ADMIN: "system:masters", CONTROLLER_MANAGER: "", SCHEDULER: "", KUBELETS: "system:masters"}
# Written last of all credentials: a folder that has it is whole.
TOKENS = "tokens.csv"
