package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/wneessen/go-mail"
)

// finding is one thing that the doctor looked at. A cure says what to do.
type finding struct {
	what, state, text, cure string
}

// The states of a finding.
const (
	well  = "ok"
	amiss = "warn"
	ill   = "fail"
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

// report prints the findings and fails when one of them is ill.
func report(w io.Writer, findings []finding) error {
	failed := 0
	for _, f := range findings {
		line := fmt.Sprintf("%-4s  %-9s  %s", f.state, f.what, f.text)
		if f.cure != "" {
			line += "\n                 -> " + f.cure
		}
		_, _ = fmt.Fprintln(w, line)
		if f.state == ill {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d things have to be mended", failed)
	}
	return nil
}

// examine looks at all that the product rests on.
func (p *program) examine(ctx context.Context, mailTo string) []finding {
	findings := []finding{{"settings", well, "every setting can be read", ""}}
	for _, look := range []func(context.Context) finding{p.lookAtAddress, p.lookAtDatabase, p.lookAtDisk, p.lookAtEvidence,
		func(ctx context.Context) finding { return p.lookAtMail(ctx, mailTo) }, p.lookAtClock, p.lookAtBackup, p.lookAtQueue, p.lookAtChain} {
		findings = append(findings, look(ctx))
	}
	return findings
}

func (p *program) lookAtAddress(context.Context) finding {
	u, _ := url.Parse(p.config.PublicURL)
	local := u.Hostname() == "localhost" || strings.HasPrefix(u.Hostname(), "127.")
	if u.Scheme == "http" && !local {
		return finding{"address", ill, p.config.PublicURL + " is not protected on its way", "put a proxy with TLS before it and set SICRWYDD_PUBLIC_URL to the https:// address"}
	}
	return finding{"address", well, p.config.PublicURL, ""}
}

func (p *program) lookAtDatabase(ctx context.Context) finding {
	if err := p.db.Ping(ctx); err != nil {
		return finding{"database", ill, err.Error(), "start the database, or correct DATABASE_URL"}
	}
	super, err := p.db.Superuser(ctx)
	if err != nil {
		return finding{"database", ill, err.Error(), "let the role read pg_roles"}
	}
	if super {
		return finding{"database", amiss, "the program signs in as a superuser", "give it a role of its own that owns this database and no more"}
	}
	if info, err := os.Stat(p.config.SQLitePath()); !p.db.Postgres() && err == nil && info.Mode().Perm()&0o077 != 0 {
		return finding{"database", amiss, p.config.SQLitePath() + " can be read by others on this machine", "chmod 600 " + p.config.SQLitePath()}
	}
	return finding{"database", well, p.databaseKind() + ", schema up to date", ""}
}

func (p *program) lookAtDisk(context.Context) finding {
	var room syscall.Statfs_t
	folder := p.config.Data
	if _, err := os.Stat(folder); err != nil {
		folder = "."
	}
	if err := syscall.Statfs(folder, &room); err != nil {
		return finding{"disk", amiss, err.Error(), "check the data folder (SICRWYDD_DATA)"}
	}
	free := room.Bavail * uint64(room.Bsize) >> 20
	text := fmt.Sprintf("%d MiB are free in %s", free, folder)
	switch {
	case free < 200:
		return finding{"disk", ill, text, "make room: writes fail when it is full"}
	case free < 2000:
		return finding{"disk", amiss, text, "make room soon"}
	}
	return finding{"disk", well, text, ""}
}

func (p *program) lookAtEvidence(ctx context.Context) finding {
	probe := []byte("a probe of the doctor")
	key, err := p.vault.Put(ctx, probe)
	if err == nil {
		var got []byte
		if got, err = p.vault.Get(ctx, key); err == nil && !bytes.Equal(got, probe) {
			err = errors.New("what was kept came back changed")
		}
		err = errors.Join(err, p.vault.Drop(ctx, key))
	}
	if err != nil {
		return finding{"evidence", ill, err.Error(), "check SICRWYDD_EVIDENCE_URL, its credentials and the rights to put, get and delete"}
	}
	return finding{"evidence", well, "a file was kept, read and removed", ""}
}

func (p *program) lookAtMail(ctx context.Context, to string) finding {
	i, err := p.db.Installation(ctx)
	if err != nil {
		return finding{"mail", ill, err.Error(), "run sicrwydd migrate"}
	}
	if p.config.SMTP == nil {
		return finding{"mail", amiss, "no mail server is set: invitations stay in the outbox", "set SICRWYDD_SMTP_URL"}
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
		return finding{"mail", ill, err.Error(), "check SICRWYDD_SMTP_URL: server, port, user, password and sender"}
	}
	_ = client.Close()
	switch {
	case i.HeldBecause != "":
		return finding{"mail", amiss, "mail is held: " + i.HeldBecause, "sicrwydd mail release"}
	case p.config.Mail != mailSend:
		return finding{"mail", amiss, "SICRWYDD_MAIL is " + p.config.Mail, "set it to send when people are to be written to"}
	case to == "":
		return finding{"mail", well, "the server answers; no test message was asked for (--mail-to)", ""}
	}
	return finding{"mail", well, "the server took a test message to " + to, ""}
}

func (p *program) lookAtClock(ctx context.Context) finding {
	skew, err := p.db.Skew(ctx)
	if err != nil {
		return finding{"clock", ill, err.Error(), "check the database"}
	}
	if skew.Abs() > 2*time.Second {
		return finding{"clock", ill, fmt.Sprintf("this machine and the database differ by %s", skew.Round(time.Millisecond)), "keep both by NTP"}
	}
	return finding{"clock", well, "this machine and the database agree", ""}
}

func (p *program) lookAtBackup(ctx context.Context) finding {
	i, err := p.db.Installation(ctx)
	const cure = "run sicrwydd backup --to FOLDER each night, and keep the folder elsewhere"
	switch {
	case err != nil:
		return finding{"backup", ill, err.Error(), "run sicrwydd migrate"}
	case i.LastBackupAt == nil:
		return finding{"backup", amiss, "none was made yet by this program", cure}
	case p.db.Now().Sub(*i.LastBackupAt) > 48*time.Hour:
		return finding{"backup", amiss, "the last one is of " + i.LastBackupAt.Format(time.DateTime), cure}
	}
	return finding{"backup", well, "the last one is of " + i.LastBackupAt.Format(time.DateTime), ""}
}

func (p *program) lookAtQueue(ctx context.Context) finding {
	b, err := p.db.Backlog(ctx)
	switch {
	case err != nil:
		return finding{"queue", ill, err.Error(), "run sicrwydd migrate"}
	case b.OldestDue > 5*time.Minute:
		return finding{"queue", ill, fmt.Sprintf("a job has waited for %s", b.OldestDue.Round(time.Second)), "start sicrwydd serve: it works the jobs"}
	case b.Mails["failed"] > 0:
		return finding{"queue", amiss, fmt.Sprintf("%d mails were refused for good", b.Mails["failed"]), "look at the outbox and correct the addresses"}
	}
	return finding{"queue", well, fmt.Sprintf("%d jobs wait", b.Jobs["available"]), ""}
}

func (p *program) lookAtChain(ctx context.Context) finding {
	state, err := p.db.VerifyChain(ctx)
	switch {
	case err != nil:
		return finding{"audit log", ill, err.Error(), "compare with a backup: somebody changed the log past this program"}
	case state.Pending > 1000:
		return finding{"audit log", amiss, fmt.Sprintf("%d events wait for the seal", state.Pending), "start sicrwydd serve: it seals them"}
	}
	return finding{"audit log", well, fmt.Sprintf("%d events hold together", state.Links), ""}
}
