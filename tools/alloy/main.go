// Reads a configuration of Grafana Alloy from the standard input with Alloy's own parser, and tells what it holds as
// JSON: every block's path with the attributes it sets. Regular expressions are compiled as Alloy compiles them. It
// knows no component: which attributes exist is for others to judge.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/grafana/alloy/syntax/ast"
	"github.com/grafana/alloy/syntax/parser"
)

type block struct {
	Path       string   `json:"path"`
	Label      string   `json:"label"`
	Attributes []string `json:"attributes"`
}

type told struct {
	Blocks []block `json:"blocks"`
}

var expressions = map[string]bool{"expression": true, "firstline": true, "regex": true}

func (t *told) read(body ast.Body, path []string, label string) error {
	here := block{Path: strings.Join(path, " > "), Label: label, Attributes: []string{}}
	at := len(t.Blocks)
	if len(path) > 0 {
		t.Blocks = append(t.Blocks, here)
	}
	for _, statement := range body {
		switch found := statement.(type) {
		case *ast.AttributeStmt:
			here.Attributes = append(here.Attributes, found.Name.Name)
			if literal, ok := found.Value.(*ast.LiteralExpr); ok && expressions[found.Name.Name] {
				text, err := strconv.Unquote(literal.Value)
				if err == nil {
					_, err = regexp.Compile(text)
				}
				if err != nil {
					return fmt.Errorf("%s: %s: %w", here.Path, found.Name.Name, err)
				}
			}
		case *ast.BlockStmt:
			inner := append(append([]string{}, path...), strings.Join(found.Name, "."))
			if err := t.read(found.Body, inner, found.Label); err != nil {
				return err
			}
		}
	}
	if len(path) > 0 {
		t.Blocks[at] = here
	}
	return nil
}

func run() error {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	file, err := parser.ParseFile("config.alloy", text)
	if err != nil {
		return err
	}
	var answer told
	if err := answer.read(file.Body, nil, ""); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(answer)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
