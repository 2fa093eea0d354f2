// The Kubernetes provider as it is published; its schema, which says what a `get` reads, is laid beside this file.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

//go:embed schema.json
var schema []byte

func main() {
	provider.Serve("kubernetes", "4.25.0", schema, []byte("{}"))
}
