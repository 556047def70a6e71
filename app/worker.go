package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/wneessen/go-mail"

	"sicrwydd/models/identity"
	"sicrwydd/models/inventory"
	"sicrwydd/models/outbox"
	"sicrwydd/models/pack"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
	"sicrwydd/templates"
)

// heldMailPause is a variable so that tests need not wait.
var heldMailPause = time.Minute

// deliverer sends the mails that changes queued.
type deliverer struct {
	river.WorkerDefaults[outbox.Deliver]
	outbox  *outbox.Service
	set     *templates.Set
	smtp    *url.URL // nil: mails are kept in the outbox
	db      *store.DB
	reviews *review.Service
	mail    string        // what SICRWYDD_MAIL says
	pause   time.Duration // until a held mail is looked at again
}

// held reports whether mail and what goes by the clock are held: by the
// setting, by an operator, or because this may be a copy.
func held(ctx context.Context, db *store.DB, setting string) (bool, error) {
	i, err := db.Installation(ctx)
	return setting == mailHold || i.HeldBecause != "", err
}

// reminder writes, once each, to those who have something to do and did not.
type reminder struct {
	river.WorkerDefaults[review.Remind]
	reviews *review.Service
	db      *store.DB
	mail    string // what SICRWYDD_MAIL says
}

// Work queues the reminders. While mail is held none is: a reminder replaces
// the link of an invitation, and a copy would send what the original sent.
func (r *reminder) Work(ctx context.Context, _ *river.Job[review.Remind]) error {
	if held, err := held(ctx, r.db, r.mail); err != nil || held {
		return err
	}
	_, err := r.reviews.RemindAll(ctx)
	return err
}

// remembrancer writes to those who forgot their password.
type remembrancer struct {
	river.WorkerDefaults[identity.Forgotten]
	identity *identity.Service
}

// Work writes one mail, if there is somebody to write to.
func (r *remembrancer) Work(ctx context.Context, job *river.Job[identity.Forgotten]) error {
	return r.identity.WriteToForgetful(ctx, job.Args)
}

// rescheduler works out each day what falls due, and plans it.
type rescheduler struct {
	river.WorkerDefaults[review.Reschedule]
	reviews  *review.Service
	identity *identity.Service
	db       *store.DB
}

// Work does nothing while mail is held: this may be a copy.
func (r *rescheduler) Work(ctx context.Context, _ *river.Job[review.Reschedule]) error {
	if err := errors.Join(r.reviews.RefoldAll(ctx), r.reviews.RestandAll(ctx), r.identity.SweepSteps(ctx)); err != nil {
		return err
	}
	if i, err := r.db.Installation(ctx); err != nil || i.HeldBecause != "" {
		return err
	}
	planned, err := r.reviews.PlanDue(ctx)
	if planned > 0 {
		slog.Info("planned what falls due", "reviews", planned)
	}
	return err
}

// Timeout lets a large portfolio take its time.
func (*rescheduler) Timeout(*river.Job[review.Reschedule]) time.Duration { return 15 * time.Minute }

type reconsiderer struct {
	river.WorkerDefaults[inventory.Reconsider]
	reviews *review.Service
}

// Work works out anew when reviews are due.
func (r *reconsiderer) Work(ctx context.Context, job *river.Job[inventory.Reconsider]) error {
	return r.reviews.Reconsider(ctx, job.Args.SupplierID, job.Args.SystemID)
}

// packer makes the packs that were asked for.
type packer struct {
	river.WorkerDefaults[pack.Make]
	packs *pack.Service
}

// Work makes one pack.
func (m *packer) Work(ctx context.Context, job *river.Job[pack.Make]) error {
	return m.packs.Make(ctx, job.Args.PackID)
}

// importer goes on with imports of the inventory, a turn at a time.
type importer struct {
	river.WorkerDefaults[inventory.WorkImport]
	inventory *inventory.Service
}

// Work does one turn. A run that was cut off is taken up where it was.
func (i *importer) Work(ctx context.Context, job *river.Job[inventory.WorkImport]) error {
	more, err := i.inventory.GoOnWithImport(ctx, job.Args.ImportID)
	if err == nil && more {
		return river.JobSnooze(0)
	}
	return err
}

// batchIssuer issues reviews that were planned together, once they have waited.
type batchIssuer struct {
	river.WorkerDefaults[review.IssueBatch]
	reviews *review.Service
}

// Work issues them.
func (b *batchIssuer) Work(ctx context.Context, job *river.Job[review.IssueBatch]) error {
	return b.reviews.IssueBatch(ctx, job.Args.BatchID)
}

// newWorkers gives the client that works the jobs of this node.
func (p *program) newWorkers() (*river.Client[*sql.Tx], error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, &deliverer{outbox: p.outbox, set: p.templates, smtp: p.config.SMTP,
		db: p.db, reviews: p.services.Reviews, mail: p.config.Mail, pause: heldMailPause})
	river.AddWorker(workers, &remembrancer{identity: p.services.Identity})
	river.AddWorker(workers, &reminder{reviews: p.services.Reviews, db: p.db, mail: p.config.Mail})
	river.AddWorker(workers, &anchorer{program: p})
	anchoring := river.NewPeriodicJob(river.PeriodicInterval(24*time.Hour), func() (river.JobArgs, *river.InsertOpts) {
		return anchorChain{}, &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByPeriod: time.Hour}}
	}, &river.PeriodicJobOpts{RunOnStart: true})
	river.AddWorker(workers, &packer{packs: p.services.Packs})
	hourly := river.NewPeriodicJob(river.PeriodicInterval(time.Hour), func() (river.JobArgs, *river.InsertOpts) {
		return review.Remind{}, nil
	}, &river.PeriodicJobOpts{RunOnStart: true})
	river.AddWorker(workers, &rescheduler{reviews: p.services.Reviews, identity: p.services.Identity, db: p.db})
	river.AddWorker(workers, &reconsiderer{reviews: p.services.Reviews})
	river.AddWorker(workers, &importer{inventory: p.services.Inventory})
	river.AddWorker(workers, &batchIssuer{reviews: p.services.Reviews})
	daily := river.NewPeriodicJob(river.PeriodicInterval(24*time.Hour), func() (river.JobArgs, *river.InsertOpts) {
		return review.Reschedule{}, &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByPeriod: time.Hour}}
	}, &river.PeriodicJobOpts{RunOnStart: true})
	return river.NewClient(p.db.Driver(), &river.Config{
		PeriodicJobs: []*river.PeriodicJob{hourly, daily, anchoring},
		Workers:      workers, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 10}},
		FetchCooldown: 10 * time.Millisecond, FetchPollInterval: 500 * time.Millisecond,
		RescueStuckJobsAfter: 5 * time.Minute, JobTimeout: time.Minute, Logger: slog.Default(),
	})
}

// Work sends one mail. A refusal for good (5xx) is recorded as such; any other
// failure is tried again.
func (d *deliverer) Work(ctx context.Context, job *river.Job[outbox.Deliver]) error {
	m, data, err := d.outbox.Open(ctx, job.Args.MailID)
	if err != nil {
		return err
	}
	if m.State == outbox.Sent {
		return nil // sent by an earlier run that could not say so
	}
	held, err := held(ctx, d.db, d.mail)
	if err != nil {
		return err
	}
	if held {
		return river.JobSnooze(d.pause)
	}
	if d.smtp == nil {
		return d.outbox.Settle(ctx, m.ID, outbox.Kept, "")
	}
	subject, text, html, err := compose(d.set, m, data)
	if err != nil {
		return err
	}
	var refused *mail.SendError
	err = d.send(ctx, m, subject, text, html)
	if errors.As(err, &refused) && !refused.IsTemp() {
		if err := d.outbox.Settle(ctx, m.ID, outbox.Failed, "refused by the mail server"); err != nil {
			return err
		}
		if m.Kind == "invitation" || m.Kind == "reminder" || m.Kind == "delegation" {
			return d.reviews.Bounced(ctx, m.AboutID, m.Recipient)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("send mail %s: %w", m.ID, err)
	}
	return d.outbox.Settle(ctx, m.ID, outbox.Sent, "")
}

// compose writes a mail from its template in the language of its reader.
func compose(set *templates.Set, m *outbox.Mail, data json.RawMessage) (subject, text, html string, err error) {
	if m.Kind == "anchor" {
		var anchor templates.AnchorMail
		if err := json.Unmarshal(data, &anchor); err != nil {
			return "", "", "", err
		}
		return set.Mail(m.Kind, m.Language, anchor)
	}
	var from review.MailData
	if err := json.Unmarshal(data, &from); err != nil {
		return "", "", "", err
	}
	return set.Mail(m.Kind, m.Language, mailStruct(m, from))
}

func mailStruct(m *outbox.Mail, from review.MailData) any {
	asker := templates.Asker{AskedBy: from.ContactName, AskedByPhone: from.ContactPhone, AskedByEmail: from.ContactEmail}
	switch m.Kind {
	case "invitation", "reminder":
		return templates.InvitationMail{Name: from.RecipientName, Organisation: from.AskedBy, Supplier: from.SupplierName, Contract: from.Contract,
			Asker: asker, Minutes: from.Minutes, DueOn: from.DueOn.Time(), Link: from.Link}
	case "delegation":
		return templates.DelegationMail{Name: from.RecipientName, GivenBy: from.GivenBy, GivenByEmail: from.GivenByEmail, Organisation: from.AskedBy,
			Supplier: from.SupplierName, Contract: from.Contract, Sections: from.Sections, Asker: asker, Minutes: from.Minutes, DueOn: from.DueOn.Time(), Link: from.Link}
	case "account_invitation":
		return templates.AccountInvitationMail{Asker: asker, Name: from.RecipientName, Organisation: from.AskedBy, Link: from.Link}
	case "password_reset", "password_changed", "email_change", "email_changing", "factors_reset":
		return templates.AccountMail{Name: from.RecipientName, Link: from.Link}
	case "returned":
		return templates.ReturnedMail{Asker: asker, Name: from.RecipientName, Reference: from.Reference, Organisation: from.AskedBy,
			Questions: from.Questions, DueOn: from.DueOn.Time(), Link: from.Link}
	case "submitted":
		return templates.SubmittedMail{Asker: asker, Name: from.RecipientName, Reference: from.Reference, Supplier: from.SupplierName,
			SubmittedAt: m.CreatedAt, Link: from.Link}
	case "digest":
		digest := templates.DigestMail{Asker: asker, Name: from.RecipientName}
		for _, item := range from.Items {
			digest.Items = append(digest.Items, templates.DigestItem{Reference: item.Reference, Supplier: item.Supplier, Action: item.Action,
				DueOn: item.DueOn.Time(), Late: item.Late, Link: item.Link})
		}
		return digest
	case "action_sent_back":
		link, _, _ := strings.Cut(from.Link, "/reviews/")
		return templates.MessageMail{Asker: asker, Name: from.RecipientName, Reference: from.Reference, Link: link + "/actions"}
	case "passed_on":
		return templates.MessageMail{Asker: asker, Name: from.RecipientName, Reference: from.Reference, Link: from.Link + "/respondents"}
	case "message":
		return templates.MessageMail{Asker: asker, Name: from.RecipientName, Reference: from.Reference, Link: from.Link + "/messages"}
	case "accuracy_check":
		return templates.AccuracyCheckMail{Asker: asker, Name: from.RecipientName, Reference: from.Reference, Organisation: from.AskedBy,
			Until: from.Until.Time(), Link: from.Link}
	}
	return templates.SignedOffMail{Asker: asker, Name: from.RecipientName, Reference: from.Reference, Link: from.Link}
}

func (d *deliverer) send(ctx context.Context, m *outbox.Mail, subject, text, html string) error {
	message := mail.NewMsg()
	sender := d.smtp.Query().Get("from")
	err := message.FromFormat("Sicrwydd", sender)
	if err != nil {
		return err
	}
	if to, redirected := strings.CutPrefix(d.mail, mailRedirect); redirected {
		subject = "[" + m.Recipient + "] " + subject
		err = message.AddTo(to)
	} else {
		err = message.AddToFormat(m.RecipientName, m.Recipient)
	}
	if err != nil {
		return err
	}
	message.Subject(subject)
	message.SetMessageIDWithValue(m.ID.String() + "@sicrwydd") // the same for a second try, so that readers see one mail
	message.SetGenHeader("Content-Language", string(m.Language))
	message.SetBodyString(mail.TypeTextPlain, text)
	message.AddAlternativeString(mail.TypeTextHTML, html)
	client, err := mail.NewClient(d.smtp.Hostname(), smtpOptions(d.smtp)...)
	if err != nil {
		return err
	}
	return client.DialAndSendWithContext(ctx, message)
}

func smtpOptions(address *url.URL) []mail.Option {
	policy := mail.TLSMandatory
	if mayBeClear(address) {
		policy = mail.TLSOpportunistic
	}
	options := []mail.Option{mail.WithTimeout(20 * time.Second), mail.WithTLSPolicy(policy)}
	if port, err := strconv.Atoi(address.Port()); err == nil {
		options = append(options, mail.WithPort(port))
	}
	if address.Scheme == "smtps" {
		options = append(options, mail.WithSSL())
	}
	if password, ok := address.User.Password(); ok {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(address.User.Username()), mail.WithPassword(password))
	}
	return options
}

// mayBeClear reports whether mail, which holds links that let people in, may go
// to a server that does not offer STARTTLS: to one on this machine, or where the
// operator says so.
func mayBeClear(address *url.URL) bool {
	if said := address.Query().Get("starttls"); said != "" {
		return said == "optional"
	}
	ip := net.ParseIP(address.Hostname())
	return address.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
