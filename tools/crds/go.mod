// Nothing is built of these: sandbox/clusters/crds.py takes the CRDs out of them, and go.sum vouches for what it gets.
module flowise.platform/tools/crds

go 1.25.0

require (
	github.com/aws/karpenter-provider-aws v1.14.1
	github.com/cert-manager/cert-manager v1.19.2
	github.com/external-secrets/external-secrets v0.20.4
	github.com/kedacore/keda/v2 v2.19.0
	github.com/prometheus-operator/prometheus-operator v0.89.0
	sigs.k8s.io/karpenter v1.8.0
)
