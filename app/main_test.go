package main

import (
	"io"
	"log/slog"
	"os"
	"testing"
)

// The nodes of the tests write their logs only with -v: what a failed test says
// is not buried in the requests of others.
func TestMain(m *testing.M) {
	var out io.Writer = io.Discard
	for _, argument := range os.Args {
		if argument == "-test.v=true" {
			out = os.Stderr
		}
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(out, nil)))
	os.Exit(m.Run())
}
