package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"sicrwydd/handlers/api"
	"sicrwydd/handlers/pages"
)

var update = flag.Bool("update", false, "write docs/openapi.yaml anew")

func TestTheContractIsTheOneInTheDocuments(t *testing.T) {
	contract, err := mountAPI(fiber.New(), &api.API{})
	if err != nil {
		t.Fatal(err)
	}
	now, err := contract.OpenAPI().YAML()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("..", "docs", "openapi.yaml")
	if *update {
		if err := os.WriteFile(path, now, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(kept) != string(now) {
		t.Error("docs/openapi.yaml is not what the code gives: go test ./app -run Contract -update, and read the difference")
	}
}

// Each page that can be opened is one that the browser tests open.
func TestEveryPageIsOpenedInABrowser(t *testing.T) {
	list, err := os.ReadFile("../tests/browser/pages.mjs")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range pageRoutes(&pages.Pages{}) {
		if r.method == get && !strings.Contains(string(list), "'"+r.path+"'") {
			t.Errorf("%s is not in tests/browser/pages.mjs", r.path)
		}
	}
}

func TestEveryRouteHasAPermission(t *testing.T) {
	if err := mountPages(fiber.New(), &pages.Pages{}); err != nil {
		t.Error(err)
	}
	for _, r := range fileRoutes(&api.API{}) {
		if !known(r.permission) {
			t.Errorf("%s has no permission", r.path)
		}
	}
	if known("") || known("no.such") {
		t.Error("a route without a permission would not stop the start")
	}
}
