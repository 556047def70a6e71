# What a developer types. "make" alone lists it.

GOLANGCI_LINT_VERSION = v2.15.0
MAILPIT_VERSION = v1.27.11
VERSITYGW_VERSION = v1.8.0

BROWSER_TESTS = $(wildcard tests/browser/*.test.mjs)
ASSET_SOURCES = templates/assets.mjs $(wildcard templates/styles/*.scss) $(wildcard templates/scripts/*.js)
# Tools stand beside the sources, under their versions, so that another
# project's do not count and a new version is built once.
GOLANGCI_LINT = .bin/golangci-lint-$(GOLANGCI_LINT_VERSION)
MAILPIT = .bin/mailpit-$(MAILPIT_VERSION)
VERSITYGW = .bin/versitygw-$(VERSITYGW_VERSION)
FUZZ_TIME = 5m
INSTALL = GOBIN="$(CURDIR)/.bin" CGO_ENABLED=0 go install

.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run build assets test bench mutants fuzz security gallery lint fmt

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## serve the demonstration at http://127.0.0.1:8080, data in ./data
	./sicrwydd serve --demo

build: assets ## build the program ./sicrwydd
	CGO_ENABLED=0 go build -o sicrwydd ./app

assets: templates/assets/app.css ## build styles and scripts from the npm packages

templates/assets/app.css: node_modules/.package-lock.json $(ASSET_SOURCES)
	npm run --silent assets

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

# The program under -race needs a C compiler; what is shipped does not.
test: $(MAILPIT) $(VERSITYGW) ## install what tests need, then run every test on SQLite and PostgreSQL
	tests/setup
	$(MAKE) build
	tests/with-postgres tests/go-tests
ifneq ($(BROWSER_TESTS),)
	tests/with-postgres node --test --test-concurrency=2 $(BROWSER_TESTS)
	@echo "Every test passed: Go on SQLite and PostgreSQL, and the browser."
else
	@echo "tests/browser holds no *.test.mjs yet: the browser tests were NOT run."
	@echo "Every Go test passed, on SQLite and PostgreSQL."
endif

bench: build ## measure: lists, saving, the report, the first page; each beside its yardstick
	tests/setup
	SAFE=on CGO_ENABLED=0 tests/with-postgres go test ./app ./models/inventory ./models/store -run '^$$' -bench . -benchtime 1x -timeout 20m
	CGO_ENABLED=0 go test ./reports/pdf -run '^$$' -bench . -benchtime 40x
	tests/first-page

mutants: assets ## leave out each permission, check, scope and policy in turn, and say which test notices
	CGO_ENABLED=0 tests/with-postgres go run ./tests/mutants

fuzz: assets ## let every reader of what comes from outside meet odd input, FUZZ_TIME each
	tests/fuzz $(FUZZ_TIME)

security: build ## attack a running product with sqlmap, wapiti and slowhttptest; DEEP=on for longer
	tests/setup security
	tests/security/run

gallery: assets ## picture every page, in both languages at three widths, into tests/browser/screenshots
	tests/setup
	node tests/browser/gallery.mjs

lint: $(GOLANGCI_LINT) ## check the code against the rules of the house
	$(GOLANGCI_LINT) run ./...

$(GOLANGCI_LINT):
	$(INSTALL) github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	mv .bin/golangci-lint $@

# A mail server and an S3 server, for the tests alone.
$(MAILPIT):
	$(INSTALL) github.com/axllent/mailpit@$(MAILPIT_VERSION)
	mv .bin/mailpit $@

$(VERSITYGW):
	$(INSTALL) github.com/versity/versitygw/cmd/versitygw@$(VERSITYGW_VERSION)
	mv .bin/versitygw $@

fmt: ## format the code
	gofmt -w app handlers models reports seed templates
