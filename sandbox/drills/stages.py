"""How long played pods take: ready after a while, gone after a while, and never ready where their image says so.

What a node's silence made unready, as on a machine that slept, is ready again when its node is.
"""

# Pods of this image stay as they are: a rollout that fails.
NEVER_READY = "sandbox/never-ready:1"
START_SECONDS = 2
STOP_SECONDS = 1

# kwok's own language: https://kwok.sigs.k8s.io/docs/user/stages-configuration. The delays are in milliseconds.
STAGES = f"""\
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata:
  name: starts
spec:
  resourceRef: {{apiGroup: v1, kind: Pod}}
  selector:
    matchExpressions:
      - {{key: .metadata.deletionTimestamp, operator: DoesNotExist}}
      - {{key: .status.podIP, operator: DoesNotExist}}
      - {{key: '.spec.containers.[].image', operator: NotIn, values: ["{NEVER_READY}"]}}
  delay: {{durationMilliseconds: {START_SECONDS * 1000}}}
  next:
    statusTemplate: |
      {{{{ $now := Now }}}}
      phase: Running
      startTime: {{{{ $now | Quote }}}}
      hostIP: {{{{ NodeIPWith .spec.nodeName | Quote }}}}
      podIP: {{{{ PodIPWith .spec.nodeName (or .spec.hostNetwork false) (or .metadata.uid "") (or .metadata.name "") (or .metadata.namespace "") | Quote }}}}
      conditions:
      {{{{ range $type := .spec.readinessGates }}}}
      - {{type: {{{{ $type.conditionType | Quote }}}}, status: "True", lastTransitionTime: {{{{ $now | Quote }}}}}}
      {{{{ end }}}}
      - {{type: Initialized, status: "True", lastTransitionTime: {{{{ $now | Quote }}}}}}
      - {{type: ContainersReady, status: "True", lastTransitionTime: {{{{ $now | Quote }}}}}}
      - {{type: Ready, status: "True", lastTransitionTime: {{{{ $now | Quote }}}}}}
      containerStatuses:
      {{{{ range .spec.containers }}}}
      - name: {{{{ .name | Quote }}}}
        image: {{{{ .image | Quote }}}}
        ready: true
        started: true
        restartCount: 0
        state: {{running: {{startedAt: {{{{ $now | Quote }}}}}}}}
      {{{{ end }}}}
---
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata:
  name: recovers
spec:
  resourceRef: {{apiGroup: v1, kind: Pod}}
  selector:
    matchExpressions:
      - {{key: .metadata.deletionTimestamp, operator: DoesNotExist}}
      - {{key: .status.phase, operator: In, values: [Running]}}
      - {{key: '.status.conditions.[] | select( .type == "Ready" ) | .status', operator: In, values: ["False"]}}
  delay: {{durationMilliseconds: {START_SECONDS * 1000}}}
  next:
    statusTemplate: |
      conditions:
      - {{type: Ready, status: "True", lastTransitionTime: {{{{ Now | Quote }}}}}}
---
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata:
  name: stops
spec:
  resourceRef: {{apiGroup: v1, kind: Pod}}
  selector:
    matchExpressions:
      - {{key: .metadata.deletionTimestamp, operator: Exists}}
  delay: {{durationMilliseconds: {STOP_SECONDS * 1000}}}
  next:
    finalizers: {{empty: true}}
    delete: true
"""  # noqa: E501 # a template cannot be wrapped
