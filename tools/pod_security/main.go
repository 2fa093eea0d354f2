// Asks Kubernetes's own Pod Security evaluator about pods: one JSON object a line in, one a line out.
package main

import (
	"bufio"
	"encoding/json"
	"os"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

type question struct {
	Metadata metav1.ObjectMeta `json:"metadata"`
	Spec     corev1.PodSpec    `json:"spec"`
	Minors   []int             `json:"minors"`
}

// The checks of a version that refuse the pod, and whether each level admits it as a whole.
type answer struct {
	Refused    []policy.CheckID `json:"refused"`
	Baseline   bool             `json:"baseline"`
	Restricted bool             `json:"restricted"`
}

func main() {
	checks := policy.DefaultChecks()
	evaluator, err := policy.NewEvaluator(checks, nil)
	if err != nil {
		panic(err)
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		answers := map[int]answer{}
		for _, minor := range asked.Minors {
			version := api.MajorMinorVersion(1, minor)
			admits := func(level api.Level) bool {
				results := evaluator.EvaluatePod(api.LevelVersion{Level: level, Version: version}, &asked.Metadata, &asked.Spec)
				return policy.AggregateCheckResults(results).Allowed
			}
			answers[minor] = answer{refused(checks, version, &asked), admits(api.LevelBaseline), admits(api.LevelRestricted)}
		}
		if err := out.Encode(answers); err != nil {
			panic(err)
		}
	}
	if err := lines.Err(); err != nil {
		panic(err)
	}
}

func refused(checks []policy.Check, version api.Version, asked *question) []policy.CheckID {
	found := []policy.CheckID{}
	for _, check := range checks {
		var current *policy.VersionedCheck
		for i := range check.Versions {
			if !version.Older(check.Versions[i].MinimumVersion) {
				current = &check.Versions[i]
			}
		}
		if current != nil && !current.CheckPod(&asked.Metadata, &asked.Spec).Allowed {
			found = append(found, check.ID)
		}
	}
	return found
}
