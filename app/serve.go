package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"sicrwydd/seed"
	"sicrwydd/templates"
)

// stopWithin is how long requests under way have to end.
const stopWithin = 20 * time.Second

type serveCommand struct {
	Demo bool `help:"Load the demonstration into an empty database and serve it; loopback only."`
}

func (c serveCommand) Run(ctx context.Context) error {
	p, err := open(ctx, c.Demo)
	if err != nil {
		return err
	}
	defer p.close()
	if c.Demo {
		if err := p.loadDemo(ctx); err != nil {
			return err
		}
	}
	if p.config.SMTP == nil {
		slog.Warn("no mail server is set (SICRWYDD_SMTP_URL): mails are kept, and an administrator reads them in the outbox")
	}
	if p.config.publicURLSet {
		held, err := p.db.ServeAt(ctx, p.config.PublicURL)
		if err != nil {
			return err
		}
		if held {
			slog.Warn("the public address changed, so mail is held: sicrwydd mail release lets it go")
		}
	}
	return p.serve(ctx)
}

func (p *program) loadDemo(ctx context.Context) error {
	if err := p.config.CheckDemo(); err != nil {
		return err
	}
	if err := seed.Facts(ctx, p.db); err != nil {
		return err
	}
	accounts, err := seed.Demo(ctx, p.house())
	if err != nil {
		return err
	}
	p.demo = true
	var emails []string
	for _, a := range accounts {
		emails = append(emails, a.Email)
		p.accounts = append(p.accounts, templates.DemoAccount{Role: string(a.Role), Email: a.Email, Password: a.Password})
	}
	p.services.Identity.Demonstrating(emails...)
	greet(os.Stdout, p.config.PublicURL, accounts)
	return nil
}

func (p *program) house() seed.House {
	return seed.House{DB: p.db, Keys: p.keys, Vault: p.vault, PublicURL: p.config.PublicURL}
}

// greet says who can sign in to the demonstration and what to try first.
func greet(w io.Writer, address string, accounts []seed.Account) {
	_, _ = fmt.Fprintf(w, "\nSicrwydd demonstration at %s\n\nThe password of every account is: %s\n\n", address, seed.DemoPassword)
	for _, a := range accounts {
		_, _ = fmt.Fprintf(w, "  %-16s %-34s %s\n", a.Role, a.Email, a.Try)
	}
	_, _ = fmt.Fprintf(w, "\nTry first: sign in as official@demo.example and plan a review; invitations are in the outbox of administrator@demo.example.\nAll suppliers, systems, people and ratings are fictitious. Stop with Ctrl-C; the data stays in the data folder.\n\n")
}

// serve runs the server, the sealer and the jobs until the context ends, then
// lets what is under way end.
func (p *program) serve(ctx context.Context) error {
	if err := p.services.Identity.Providing(ctx, p.config.Providers); err != nil {
		return fmt.Errorf("SICRWYDD_PROVIDERS: %w", err)
	}
	app, _, err := p.newServer()
	if err != nil {
		return err
	}
	jobs, err := p.newWorkers()
	if err != nil {
		return err
	}
	collectLess()
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	if err := jobs.Start(background); err != nil {
		return fmt.Errorf("start the jobs: %w", err)
	}
	var beside sync.WaitGroup
	beside.Go(func() { p.db.Seal(background) })
	beside.Go(func() { p.rates.Run(background) })
	listener, err := net.Listen("tcp", p.config.Addr)
	if err != nil {
		return fmt.Errorf("listen on %s (SICRWYDD_ADDR): %w", p.config.Addr, err)
	}
	slog.Info("serving", "address", p.config.Addr, "postgres", p.db.Postgres(), "version", version)
	failed := make(chan error, 1)
	go func() { failed <- app.Listener(p.door(listener)) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	slog.Info("stopping")
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	err = errors.Join(app.ShutdownWithContext(ending), jobs.Stop(ending))
	stop()
	beside.Wait()
	return err
}

// collectLess spends memory on speed: the heap is tens of megabytes, and lists
// make many short-lived rows. An operator's own GOGC stands.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}
