// Package chosen says which one check of the program is left out. The program
// itself does not know it: tests/mutants writes copies of its files that ask
// here at every check, and the tests of mutants are built from these copies.
package chosen

import (
	"os"
	"strings"
	"sync"
)

// Sites are the checks that the copies ask about, each by its name.
var Sites []string

var (
	guard   sync.Mutex
	now     = os.Getenv("MUTANT")
	besides string
	reached = map[string]bool{}
	log     = os.Getenv("MUTANTS_REACHED")
)

// On reports whether the check is the one that is left out.
func On(site string) bool {
	guard.Lock()
	defer guard.Unlock()
	if !reached[site] {
		reached[site] = true
		write(site)
	}
	return now == site || besides != "" && strings.HasPrefix(site, besides)
}

// write keeps for a later process which checks this one reached.
func write(site string) {
	if log == "" {
		return
	}
	file, err := os.OpenFile(log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // named by tests/mutants
	if err != nil {
		panic(err)
	}
	_, _ = file.WriteString(site + "\n")
	_ = file.Close()
}

// Leave leaves a check out until another is named; "" leaves none out.
func Leave(site string) {
	guard.Lock()
	defer guard.Unlock()
	now = site
}

// Besides leaves out all checks whose names begin so, until called again.
func Besides(begin string) {
	guard.Lock()
	defer guard.Unlock()
	besides = begin
}

// Reached gives the checks that were asked for since it was last called.
func Reached() map[string]bool {
	guard.Lock()
	defer guard.Unlock()
	was := reached
	reached = map[string]bool{}
	return was
}

// Pick gives what the check gives, or what stands where it is left out.
func Pick[T any](site string, without, with T) T {
	if On(site) {
		return without
	}
	return with
}

// Yes lets the answer be yes where the check is left out.
func Yes(site string) func(bool, error) (bool, error) {
	return func(may bool, err error) (bool, error) { return may || err == nil && On(site), err }
}

// All lets the answer be all that was asked about where the check is left out.
func All[T any](site string, asked []T) func([]T, error) ([]T, error) {
	return func(some []T, err error) ([]T, error) {
		if err == nil && On(site) {
			return asked, nil
		}
		return some, err
	}
}
