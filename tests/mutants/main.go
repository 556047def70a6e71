// Command mutants leaves each check of the program out in turn, and says which
// test notices: every permission, every route's, every check of the domain,
// every scope of the store and how far each reaches. It is run by make mutants,
// from the folder of the project, beside PostgreSQL.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// mutant is one check that was left out, and what noticed.
type mutant struct{ site, by, how string }

// further are the tests that try what the matrix does not notice, in the order
// in which they are asked.
var further = []struct{ folder, run string }{
	{"models/access", ""},
	{"models/store", "Nothing|Narrowed|Scope|Forced|Supplier|Way|Jobs"},
	{"models/inventory", ""},
	{"models/questionnaire", ""},
	{"models/outbox", ""},
	{"models/pack", ""},
	{"models/portfolio", "Who|Token|Dashboard|Register|Supplier|Organisation|Risk"},
	{"models/review", "Who|AReport|Action|Programme|Earlier"},
	{"models/identity", "Who|Administrator|Invit"},
	{"app", "WhatMayNotBeSeen|ARespondentSees|ASupplier|NoWordOfOneTenant/SQLite|APackGoes/SQLite|Bulk|Programme|Users|Risk|Deput|Translat|Calendar|Audit"},
}

func run() error {
	folder, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	c := &copier{folder: folder, replace: map[string]string{}}
	if err := c.all(); err != nil {
		return err
	}
	overlay, err := c.overlay()
	if err != nil {
		return err
	}
	b := &bench{folder: folder, overlay: overlay}
	began := time.Now()
	mutants, err := b.matrix()
	if err != nil {
		return err
	}
	fmt.Printf("The matrix took %s.\n", time.Since(began).Round(time.Second))
	if err := b.further(mutants); err != nil {
		return err
	}
	walls, err := b.walls()
	if err != nil {
		return err
	}
	return report(append(mutants, walls...), time.Since(began))
}

// bench builds tests from the copies and runs them.
type bench struct{ folder, overlay string }

func (b *bench) build(folder string) (string, error) {
	binary := filepath.Join(b.folder, strings.ReplaceAll(folder, "/", "_")+".test")
	build := exec.Command("go", "test", "-c", "-vet=off", "-tags", "mutants", "-overlay", b.overlay, "-o", binary, "./"+folder) //nolint:gosec // our own folders
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s does not build: %w\n%s", folder, err, out)
	}
	return binary, nil
}

// matrix asks the matrix about every mutant, in one process.
func (b *bench) matrix() ([]*mutant, error) {
	binary, err := b.build("app")
	if err != nil {
		return nil, err
	}
	return b.lines(binary, "app", "TestTheMatrixNoticesWhatIsLeftOut")
}

// walls asks the tests of row-level security about every policy.
func (b *bench) walls() ([]*mutant, error) {
	binary, err := b.build("models/store")
	if err != nil {
		return nil, err
	}
	return b.lines(binary, "models/store", "TestEveryPolicyIsMissed")
}

// lines runs a test that tries mutants itself, and reads what it says of each.
func (b *bench) lines(binary, folder, name string) ([]*mutant, error) {
	run := exec.Command(binary, "-test.run", "^"+name+"$", "-test.timeout", "60m") //nolint:gosec // our own test
	run.Dir = folder
	out, err := run.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", name, err, tail(out))
	}
	var mutants []*mutant
	for lines := bufio.NewScanner(strings.NewReader(string(out))); lines.Scan(); {
		if parts := strings.Split(lines.Text(), "\t"); len(parts) == 4 && parts[0] == "MUTANT" {
			mutants = append(mutants, &mutant{parts[1], parts[2], parts[3]})
		}
	}
	return mutants, nil
}

func tail(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "time=") })
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}

// further asks the other tests about what the matrix did not notice.
func (b *bench) further(mutants []*mutant) error {
	for _, f := range further {
		left := slices.DeleteFunc(slices.Clone(mutants), func(m *mutant) bool { return m.by != "" || explained[m.site] != "" })
		if len(left) == 0 {
			return nil
		}
		binary, err := b.build(f.folder)
		if err != nil {
			return err
		}
		reached, err := b.reached(binary, f.folder, f.run)
		if err != nil {
			return err
		}
		for _, m := range left {
			if !reached[m.site] {
				continue
			}
			out, err := b.try(binary, f.folder, f.run, "MUTANT="+m.site)
			var failed *exec.ExitError
			switch {
			case errors.As(err, &failed):
				m.by, m.how = f.folder, firstFailure(out)
			case err != nil:
				return err
			}
		}
	}
	return nil
}

// reached runs tests with nothing left out, and gives which checks they reach.
func (b *bench) reached(binary, folder, run string) (map[string]bool, error) {
	log := filepath.Join(b.folder, "reached")
	defer func() { _ = os.Remove(log) }()
	if out, err := b.try(binary, folder, run, "MUTANTS_REACHED="+log); err != nil {
		return nil, fmt.Errorf("with nothing left out, the tests of %s fail: %w\n%s", folder, err, tail(out))
	}
	content, err := os.ReadFile(log) //nolint:gosec // our own file
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	sites := map[string]bool{}
	for site := range strings.Lines(string(content)) {
		sites[strings.TrimSpace(site)] = true
	}
	return sites, nil
}

func (b *bench) try(binary, folder, run, setting string) ([]byte, error) {
	if run == "" {
		run = "."
	}
	command := exec.Command(binary, "-test.run", run, "-test.skip", "^(TestTheMatrixNoticesWhatIsLeftOut|TestEveryPolicyIsMissed)$", "-test.failfast", "-test.timeout", "20m") //nolint:gosec // our own tests
	command.Dir = folder
	command.Env = append(os.Environ(), setting)
	return command.CombinedOutput()
}

func firstFailure(out []byte) string {
	for line := range strings.Lines(string(out)) {
		if name, failed := strings.CutPrefix(strings.TrimSpace(line), "--- FAIL: "); failed {
			name, _, _ = strings.Cut(name, " (")
			return name
		}
	}
	return "panic or time-out"
}
