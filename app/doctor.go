package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/wneessen/go-mail"

	"sicrwydd/handlers/request"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/templates"
	"sicrwydd/templates/locales"
)

type doctorCommand struct {
	MailTo string `help:"Send a real test message to this address."`
}

func (c doctorCommand) Run(ctx context.Context) error {
	if _, err := LoadConfig(os.Getenv); err != nil {
		return fmt.Errorf("settings:\n%w", err)
	}
	return withProgram(ctx, func(p *program) error { return report(os.Stdout, p.examine(ctx, c.MailTo)) })
}

// report prints what was found and fails when something is ill.
func report(w io.Writer, found []request.Health) error {
	failed, words := 0, templates.Words(lang.English)
	for _, h := range found {
		line, err := reported(words, h)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintln(w, line)
		if h.State == request.Ill {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d things have to be mended", failed)
	}
	return nil
}

func reported(words *locales.Words, h request.Health) (string, error) {
	what, err := words.Say("health.what."+h.What, nil)
	if err != nil {
		return "", err
	}
	text, err := words.Say(h.Text.Key, h.Text.Args)
	if err != nil {
		return "", err
	}
	if h.Because != "" {
		text += ": " + h.Because
	}
	line := fmt.Sprintf("%-4s  %-16s  %s", h.State, what, text)
	if h.Cure.Key == "" {
		return line, nil
	}
	cure, err := words.Say(h.Cure.Key, h.Cure.Args)
	return line + "\n                        -> " + cure, err
}

// well, amiss and ill are what a look found. Texts and cures stand in the
// locale files, under "health." and "health.cure.".
func well(text string, args fault.Args) request.Health {
	return request.Health{State: request.Well, Text: said(text, args)}
}

func amiss(text, cure string, args fault.Args) request.Health {
	return request.Health{State: request.Amiss, Text: said(text, args), Cure: said("cure."+cure, args)}
}

func ill(text, cure string, args fault.Args) request.Health {
	return request.Health{State: request.Ill, Text: said(text, args), Cure: said("cure."+cure, args)}
}

func broken(err error, text, cure string) request.Health {
	h := ill(text, cure, nil)
	h.Because = err.Error()
	return h
}

func said(key string, args fault.Args) request.Said {
	return request.Said{Key: "health." + key, Args: args}
}

type look struct {
	what string
	at   func(context.Context) request.Health
}

// examine looks at all that the product rests on, at everything at once. What
// outlasts the deadline of the context is left, and said to be slow.
func (p *program) examine(ctx context.Context, mailTo string) []request.Health {
	looks := []look{
		{"settings", func(context.Context) request.Health { return well("settings", nil) }}, // or it would not have started
		{"address", p.lookAtAddress}, {"database", p.lookAtDatabase}, {"roles", p.lookAtRoles}, {"disk", p.lookAtDisk}, {"evidence", p.lookAtEvidence},
		{"mail", func(ctx context.Context) request.Health { return p.lookAtMail(ctx, mailTo) }},
		{"providers", p.lookAtProviders}, {"passkeys", p.lookAtPasskeys},
		{"clock", p.lookAtClock}, {"backup", p.lookAtBackup}, {"queue", p.lookAtQueue}, {"chain", p.lookAtChain}}
	found := make([]request.Health, len(looks))
	var all sync.WaitGroup
	for i, one := range looks {
		all.Go(func() {
			found[i] = one.within(ctx)
			found[i].What = one.what
		})
	}
	all.Wait()
	return found
}

// within looks until the context ends, and does not wait for a look that pays
// no heed to it, such as at a disk that hangs.
func (l look) within(ctx context.Context) request.Health {
	told := make(chan request.Health, 1)
	go func() { told <- l.at(ctx) }()
	select {
	case h := <-told:
		if ctx.Err() == nil {
			return h
		}
	case <-ctx.Done():
	}
	return amiss("slow", "slow", nil)
}

// healthWithin is how long a page waits for the looks.
const healthWithin = 5 * time.Second

// health is what a page tells of it.
func (p *program) health(ctx context.Context, mailTo string) []request.Health {
	ctx, done := context.WithTimeout(ctx, healthWithin)
	defer done()
	return p.examine(ctx, mailTo)
}

func (p *program) lookAtDatabase(ctx context.Context) request.Health {
	if err := p.db.Ping(ctx); err != nil {
		return broken(err, "database.silent", "database")
	}
	if info, err := os.Stat(p.config.SQLitePath()); !p.db.Postgres() && err == nil && info.Mode().Perm()&0o077 != 0 {
		return amiss("database.open", "database.open", fault.Args{"File": p.config.SQLitePath()})
	}
	return well("database", fault.Args{"Kind": p.databaseKind()})
}

func (p *program) lookAtRoles(ctx context.Context) request.Health {
	if !p.db.Postgres() {
		return well("roles.none", nil)
	}
	found, err := p.db.Isolation(ctx)
	switch {
	case err != nil:
		return broken(err, "database.role-unknown", "database.role-unknown")
	case len(found.Wrong) > 0:
		return broken(errors.New(strings.Join(found.Wrong, "; ")), "roles.mighty", "roles.mighty")
	case len(found.Weak) > 0:
		return amiss("roles.shared", "roles.shared", fault.Args{"Settings": strings.Join(found.Weak, ", ")})
	}
	return well("roles", nil)
}

func (p *program) lookAtDisk(context.Context) request.Health {
	var room syscall.Statfs_t
	folder := p.config.Data
	if _, err := os.Stat(folder); err != nil {
		folder = "."
	}
	if err := syscall.Statfs(folder, &room); err != nil {
		h := amiss("disk.unknown", "disk.unknown", nil)
		h.Because = err.Error()
		return h
	}
	free := int(room.Bavail * uint64(room.Bsize) >> 20)
	args := fault.Args{"Free": free, "Folder": folder}
	switch {
	case free < 200:
		return ill("disk", "disk.full", args)
	case free < 2000:
		return amiss("disk", "disk.soon", args)
	}
	return well("disk", args)
}

func (p *program) lookAtEvidence(ctx context.Context) request.Health {
	probe := []byte("a probe of the doctor")
	key, err := p.vault.Put(ctx, probe)
	if err == nil {
		var got []byte
		if got, err = p.vault.Get(ctx, key); err == nil && !bytes.Equal(got, probe) {
			err = errors.New("what was kept came back changed")
		}
		err = errors.Join(err, p.vault.Drop(context.WithoutCancel(ctx), key))
	}
	if err != nil {
		return broken(err, "evidence.refused", "evidence")
	}
	return well("evidence", nil)
}

func (p *program) lookAtMail(ctx context.Context, to string) request.Health {
	i, err := p.db.Installation(ctx)
	if err != nil {
		return broken(err, "database.unread", "migrate")
	}
	if p.config.SMTP == nil {
		return amiss("mail.none", "mail.none", nil)
	}
	client, err := mail.NewClient(p.config.SMTP.Hostname(), smtpOptions(p.config.SMTP)...)
	if err == nil {
		err = client.DialWithContext(ctx)
	}
	if err == nil && to != "" {
		message := mail.NewMsg()
		err = errors.Join(message.FromFormat("Sicrwydd", p.config.SMTP.Query().Get("from")), message.To(to))
		message.Subject("Sicrwydd: a test / prawf")
		message.SetBodyString(mail.TypeTextPlain, "Mail from Sicrwydd arrives.\nMae post gan Sicrwydd yn cyrraedd.\n")
		if err == nil {
			err = client.Send(message)
		}
	}
	if err != nil {
		return broken(err, "mail.refused", "mail.refused")
	}
	_ = client.Close()
	switch {
	case i.HeldBecause != "":
		h := amiss("mail.held", "mail.held", nil)
		h.Because = i.HeldBecause
		return h
	case p.config.Mail != mailSend:
		return amiss("mail.setting", "mail.setting", fault.Args{"Setting": p.config.Mail})
	case to == "":
		return well("mail.answers", nil)
	}
	return well("mail.sent", fault.Args{"Address": to})
}

func (p *program) lookAtClock(ctx context.Context) request.Health {
	skew, err := p.db.Skew(ctx)
	if err != nil {
		return broken(err, "database.unread", "database")
	}
	if skew.Abs() > 2*time.Second {
		return ill("clock.apart", "clock", fault.Args{"Apart": skew.Abs().Round(time.Millisecond).String()})
	}
	return well("clock", nil)
}

func (p *program) lookAtBackup(ctx context.Context) request.Health {
	i, err := p.db.Installation(ctx)
	switch {
	case err != nil:
		return broken(err, "database.unread", "migrate")
	case i.LastBackupAt == nil:
		return amiss("backup.none", "backup", nil)
	case p.db.Now().Sub(*i.LastBackupAt) > 48*time.Hour:
		return amiss("backup", "backup", fault.Args{"At": *i.LastBackupAt})
	}
	return well("backup", fault.Args{"At": *i.LastBackupAt})
}

func (p *program) lookAtQueue(ctx context.Context) request.Health {
	b, err := p.db.Backlog(ctx)
	switch {
	case err != nil:
		return broken(err, "database.unread", "migrate")
	case b.OldestDue > 5*time.Minute:
		return ill("queue.late", "queue.late", fault.Args{"Waited": b.OldestDue.Round(time.Second).String()})
	case b.Mails["failed"] > 0:
		return amiss("queue.mails", "queue.mails", fault.Args{"Number": b.Mails["failed"]})
	}
	return well("queue", fault.Args{"Number": b.Jobs["available"]})
}

func (p *program) lookAtChain(ctx context.Context) request.Health {
	state, err := p.db.VerifyChain(ctx)
	switch {
	case err != nil:
		return broken(err, "chain.broken", "chain.broken")
	case state.Pending > 1000:
		return amiss("chain.pending", "chain.pending", fault.Args{"Number": state.Pending})
	}
	return well("chain", fault.Args{"Number": state.Links})
}
