// Command sicrwydd is the whole product in one program: it serves the pages
// and the API, works the jobs, and is what an operator types.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"sicrwydd/handlers/request"
	"sicrwydd/models/access"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/inventory"
	"sicrwydd/models/keyring"
	"sicrwydd/models/lang"
	"sicrwydd/models/outbox"
	"sicrwydd/models/pack"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
	"sicrwydd/models/vault"
	"sicrwydd/reports"
	"sicrwydd/templates"
)

// version is set when a release is built.
var version = "development"

// commands is what an operator types.
type commands struct {
	Serve     serveCommand     `cmd:"" help:"Serve the pages and the API, and work the jobs."`
	Migrate   migrateCommand   `cmd:"" help:"Bring the database's schema up to date."`
	Seed      seedCommand      `cmd:"" help:"Load the organisations, frameworks and questionnaires."`
	User      userCommand      `cmd:"" help:"Users."`
	Token     tokenCommand     `cmd:"" help:"API tokens."`
	Receipt   receiptCommand   `cmd:"" help:"Receipts."`
	Framework frameworkCommand `cmd:"" help:"Frameworks."`
	Report    reportCommand    `cmd:"" help:"Reports."`
	Audit     auditCommand     `cmd:"" help:"The audit log."`
	Backup    backupCommand    `cmd:"" help:"Copy database and evidence into a folder, while the product serves."`
	Restore   restoreCommand   `cmd:"" help:"Put a backup into an empty place."`
	Mail      mailCommand      `cmd:"" help:"Hold mail, or let it go."`
	Doctor    doctorCommand    `cmd:"" help:"Look at all that the product rests on, and say what is wrong and how to mend it."`
	Health    healthCommand    `cmd:"" help:"Ask the server of this machine whether it is well."`
	Version   versionCommand   `cmd:"" help:"Print the version."`
}

func main() {
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelInfo})))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var typed commands
	parsed := kong.Parse(&typed, kong.Name("sicrwydd"), kong.Description("Assurance of the suppliers of NHS Wales."),
		kong.UsageOnError(), kong.BindTo(ctx, (*context.Context)(nil)))
	if err := parsed.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "sicrwydd: "+explain(err))
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

// explain says a fault in words, on the command line too.
func explain(err error) string {
	f := fault.As(err)
	if f == nil {
		return err.Error()
	}
	text, _ := templates.FaultText(lang.English, f.Key, f.Args)
	for _, field := range f.Fields {
		message, _ := templates.FaultText(lang.English, field.Key, field.Args)
		text += "\n  " + field.Location + ": " + message
	}
	return text
}

// program is the product put together.
type program struct {
	config    *Config
	db        *store.DB
	keys      *keyring.Ring
	vault     *vault.Vault
	outbox    *outbox.Service
	services  request.Services
	templates *templates.Set
	rates     *store.Rates
	demo      bool
	accounts  []templates.DemoAccount
	patience  patience
	intake    *intake
}

// open puts the product together over its database, which migrate brings up to
// date first where that is asked for or the database is embedded.
func open(ctx context.Context, migrate bool) (*program, error) {
	config, err := LoadConfig(os.Getenv)
	if err != nil {
		return nil, err
	}
	p := &program{config: config, keys: config.Keyring(), patience: patient, intake: newIntake()}
	if p.db, err = store.Open(ctx, config.Store()); err != nil {
		return nil, err
	}
	if migrate || !p.db.Postgres() {
		if err := p.db.Migrate(ctx); err != nil {
			return nil, err
		}
	}
	if ok, err := p.db.Migrated(ctx); err != nil || !ok {
		return nil, errors.Join(errors.New("the database's schema is not up to date: run sicrwydd migrate"), err)
	}
	if err := p.db.Install(ctx, p.keys.Fingerprint()); err != nil {
		return nil, err
	}
	if p.vault, err = vault.Open(ctx, config.EvidenceURL, config.EvidenceFolder(), p.keys); err != nil {
		return nil, err
	}
	if p.templates, err = templates.New(); err != nil {
		return nil, err
	}
	p.outbox, p.rates = outbox.New(p.db, p.keys), store.NewRates(p.db)
	inventoryService := inventory.New(p.db)
	p.services = request.Services{
		DB: p.db, Identity: identity.New(p.db, p.keys).Posting(p.outbox, config.PublicURL), Directory: directory.New(p.db), Inventory: inventoryService,
		Questionnaires: questionnaire.New(p.db), Portfolio: portfolio.New(p.db, inventoryService),
		Reviews: review.New(p.db, p.keys, p.vault, p.outbox, config.PublicURL),
	}
	p.services.Packs = pack.New(p.db, p.keys, p.services.Identity, reports.PrintPack, config.PublicURL)
	return p, nil
}

func (p *program) close() { _ = errors.Join(p.vault.Close(), p.db.Close()) }

// operator is the program acting for the one at its command line.
var operator = access.Program("command line")

// place finds where a membership is to be from what was typed: an organisation
// by ODS code or reference, a supplier or group by reference.
func (p *program) place(ctx context.Context, organisation, supplier, group string) (identity.Place, error) {
	return store.Read(ctx, p.db, operator, func(tx *store.Tx) (identity.Place, error) {
		var place identity.Place
		if organisation != "" {
			o, err := store.FindBy[directory.Organisation](tx, "ods_code = ? OR reference = ?", organisation, organisation)
			if err != nil {
				return place, named("organisation", organisation, err)
			}
			place.OrganisationID = &o.ID
		}
		if supplier != "" {
			s, err := store.FindBy[inventory.Supplier](tx, "reference = ?", supplier)
			if err != nil {
				return place, named("supplier", supplier, err)
			}
			place.SupplierID = &s.ID
		}
		if group != "" {
			g, err := store.FindBy[directory.Group](tx, "reference = ?", group)
			if err != nil {
				return place, named("governance group", group, err)
			}
			place.GovernanceGroupID = &g.ID
		}
		return place, nil
	})
}

func named(kind, reference string, err error) error {
	if fault.Is(err, fault.KindNotFound) {
		return fmt.Errorf("there is no %s %q", kind, reference)
	}
	return err
}
