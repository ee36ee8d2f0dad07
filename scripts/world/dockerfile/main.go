// Says of each Dockerfile which images BuildKit would read from.
//
// Input: a JSON array of texts. Output: for each, {"images": [...]} or {"error": "..."}.
package main

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

type answer struct {
	Images []string `json:"images"`
	Error  string   `json:"error,omitempty"`
}

// What BuildKit presets for linux/amd64.
func presets() map[string]string {
	values := map[string]string{"TARGETSTAGE": "default"}
	for _, of := range []string{"TARGET", "BUILD"} {
		values[of+"PLATFORM"] = "linux/amd64"
		values[of+"OS"] = "linux"
		values[of+"ARCH"] = "amd64"
		values[of+"VARIANT"] = ""
	}
	return values
}

type env map[string]string

func (e env) Get(name string) (string, bool) { value, ok := e[name]; return value, ok }
func (e env) Keys() []string {
	keys := []string{}
	for key := range e {
		keys = append(keys, key)
	}
	return keys
}

type build struct {
	lex    *shell.Lex
	args   env
	stages map[string]bool
	// Stages before the FROM that is read; of a command, all of them: one that comes later is a circle.
	count  int
	images []string
}

func (b *build) expand(word string) (string, error) {
	result, err := b.lex.ProcessWordWithMatches(word, b.args)
	return result.Result, err
}

func (b *build) use(name string) {
	number, err := strconv.Atoi(name)
	isStage := err == nil && number >= 0 && number < b.count
	if name != "" && name != "scratch" && !b.stages[strings.ToLower(name)] && !isStage {
		b.images = append(b.images, name)
	}
}

func (b *build) command(command instructions.Command) error {
	switch c := command.(type) {
	case *instructions.CopyCommand:
		b.use(c.From)
	case *instructions.RunCommand:
		if err := c.Expand(b.expand); err != nil {
			return err
		}
		for _, mount := range instructions.GetMounts(c) {
			b.use(mount.From)
		}
	case *instructions.OnbuildCommand:
		parsed, err := parser.Parse(strings.NewReader(c.Expression))
		if err != nil {
			return err
		}
		for _, node := range parsed.AST.Children {
			inner, err := instructions.ParseCommand(node)
			if err != nil {
				return err
			}
			if err := b.command(inner); err != nil {
				return err
			}
		}
	}
	return nil
}

func read(text string) ([]string, error) {
	parsed, err := parser.Parse(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	stages, metaArgs, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		return nil, err
	}
	b := &build{lex: shell.NewLex(parsed.EscapeToken), args: presets(), stages: map[string]bool{}, images: []string{}}
	for _, command := range metaArgs {
		for _, arg := range command.Args {
			if arg.Value == nil {
				continue
			}
			value, err := b.expand(*arg.Value)
			if err != nil {
				return nil, err
			}
			b.args[arg.Key] = value
		}
	}
	for _, stage := range stages {
		base, err := b.expand(stage.BaseName)
		if err != nil {
			return nil, err
		}
		b.use(base)
		if stage.Name != "" {
			b.stages[strings.ToLower(stage.Name)] = true
		}
	}
	b.count = len(stages)
	for _, stage := range stages {
		for _, command := range stage.Commands {
			if err := b.command(command); err != nil {
				return nil, err
			}
		}
	}
	return b.images, nil
}

func main() {
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		panic(err)
	}
	answers := make([]answer, len(texts))
	for index, text := range texts {
		images, err := read(text)
		answers[index].Images = images
		if err != nil {
			answers[index].Error = err.Error()
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		panic(err)
	}
}
