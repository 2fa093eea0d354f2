// Reads queries, a JSON string a line, and answers what Loki's own parser has against each: an empty line, or the fault.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/grafana/loki/v3/pkg/logql/syntax"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var query string
		fault := json.Unmarshal(lines.Bytes(), &query)
		if fault == nil {
			_, fault = syntax.ParseExpr(query)
		}
		if fault == nil {
			fmt.Println()
		} else {
			fmt.Println(strings.ReplaceAll(fault.Error(), "\n", " "))
		}
	}
	if lines.Err() != nil {
		fmt.Fprintln(os.Stderr, lines.Err())
		os.Exit(1)
	}
}
