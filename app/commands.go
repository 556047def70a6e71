package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/identity"
	"sicrwydd/models/lang"
	"sicrwydd/models/pack"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
	"sicrwydd/reports"
	"sicrwydd/reports/pdf"
	"sicrwydd/seed"
)

type migrateCommand struct{}

func (migrateCommand) Run(ctx context.Context) error {
	p, err := open(ctx, true)
	if err != nil {
		return err
	}
	p.close()
	return nil
}

type seedCommand struct {
	Demo bool `help:"Also load fictitious suppliers, systems and reviews."`
}

func (c seedCommand) Run(ctx context.Context) error {
	p, err := open(ctx, false)
	if err != nil {
		return err
	}
	defer p.close()
	if err := seed.Facts(ctx, p.db); err != nil {
		return err
	}
	if !c.Demo {
		return nil
	}
	if err := p.config.CheckDemo(); err != nil {
		return err
	}
	_, err = seed.Demo(ctx, p.house())
	return err
}

type userCommand struct {
	InviteLink inviteLinkCommand `cmd:"" help:"Print a new link to a review's invitation, for one who gets no mail."`
	Create     userCreateCommand `cmd:"" help:"Add a user, or a membership to one who is there."`

	SignOut signOutCommand `cmd:"" help:"End every session of a person, or of everybody; who may come back signs in again."`

	ResetFactor resetFactorCommand `cmd:"" help:"Take away the second factors of one who lost them; they set up a new one when they sign in."`
}

type resetFactorCommand struct {
	Email string `required:"" help:"Address of the person."`
}

func (c resetFactorCommand) Run(ctx context.Context) error {
	return withProgram(ctx, func(p *program) error {
		return p.services.Identity.ResetFactors(ctx, operator, c.Email)
	})
}

type signOutCommand struct {
	Email     string `arg:"" optional:"" help:"Address of the person."`
	Everybody bool   `help:"End the sessions of everybody."`
}

func (c signOutCommand) Run(ctx context.Context) error {
	if (c.Email == "") != c.Everybody {
		return errors.New("give either an address or --everybody")
	}
	return withProgram(ctx, func(p *program) error {
		n, err := p.services.Identity.SignOutAll(ctx, operator, c.Email)
		if err != nil {
			return named("user", c.Email, err)
		}
		fmt.Printf("sessions ended: %d\n", n)
		return nil
	})
}

type inviteLinkCommand struct {
	Review string `required:"" help:"Reference of the review."`
	Email  string `required:"" help:"Address of the person invited."`
}

func (c inviteLinkCommand) Run(ctx context.Context) error {
	return withProgram(ctx, func(p *program) error {
		link, err := p.services.Reviews.InviteLink(ctx, operator, c.Review, strings.ToLower(c.Email))
		if err == nil {
			fmt.Println(link)
		}
		return err
	})
}

type userCreateCommand struct {
	Email         string        `required:"" help:"Address to sign in with."`
	Name          string        `required:"" help:"The person's name."`
	Role          access.Role   `required:"" help:"One of the roles: official, reviewer, approver, ..."`
	JobTitle      string        `help:"Job title, as it stands under a signature."`
	Organisation  string        `help:"ODS code or reference. No place given: national."`
	Supplier      string        `help:"Reference of a supplier."`
	Group         string        `help:"Reference of a governance group."`
	Until         calendar.Date `help:"Last day of the membership (YYYY-MM-DD); required for an auditor."`
	Language      lang.Tag      `help:"en or cy." default:"en"`
	PasswordStdin bool          `help:"Read the password from standard input."`
}

func (c userCreateCommand) Run(ctx context.Context) error {
	p, err := open(ctx, false)
	if err != nil {
		return err
	}
	defer p.close()
	place, err := p.place(ctx, c.Organisation, c.Supplier, c.Group)
	if err != nil {
		return err
	}
	n := identity.NewUser{Email: c.Email, Name: c.Name, JobTitle: c.JobTitle, Language: c.Language,
		Roles: []access.Role{c.Role}, Place: place, UntilOn: c.Until}
	if _, ok := calendar.Parse(string(c.Until)); c.Until != "" && !ok {
		return fmt.Errorf("--until: %q is no date; write it as YYYY-MM-DD", c.Until)
	}
	if c.PasswordStdin {
		line, err := bufio.NewReader(os.Stdin).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		n.Password = strings.TrimRight(line, "\r\n")
	}
	user, _, err := p.services.Identity.AddUser(ctx, operator, n)
	if err != nil {
		return err
	}
	fmt.Println(user.Email)
	return nil
}

type tokenCommand struct {
	Create tokenCreateCommand `cmd:"" help:"Make an API token; it is printed once."`
}

type tokenCreateCommand struct {
	Email        string              `required:"" help:"Whose token."`
	Name         string              `required:"" help:"What it is for."`
	Role         access.Role         `help:"Of the membership with this role."`
	Organisation string              `help:"Of the membership at this organisation."`
	Supplier     string              `help:"Of the membership at this supplier."`
	Group        string              `help:"Of the membership of this governance group."`
	Scope        []access.Permission `help:"Permissions to narrow it to; all its owner's when left out."`
	Expires      string              `help:"Day (YYYY-MM-DD) or duration (720h)." default:"2160h"`
}

func (c tokenCreateCommand) Run(ctx context.Context) error {
	p, err := open(ctx, false)
	if err != nil {
		return err
	}
	defer p.close()
	place, err := p.place(ctx, c.Organisation, c.Supplier, c.Group)
	if err != nil {
		return err
	}
	lifetime, err := lifetimeOf(c.Expires)
	if err != nil {
		return err
	}
	for _, scope := range c.Scope {
		if !slices.Contains(access.Permissions(), scope) {
			return fmt.Errorf("--scope: there is no permission %q", scope)
		}
	}
	anywhere := c.Organisation == "" && c.Supplier == "" && c.Group == ""
	token, err := p.services.Identity.MakeToken(ctx, operator, c.Email, c.Name, func(m *identity.Membership) bool {
		return (anywhere || m.At(place)) && (c.Role == "" || slices.Contains(m.Roles, c.Role))
	}, c.Scope, lifetime)
	if err != nil {
		return err
	}
	fmt.Println(token)
	return nil
}

func lifetimeOf(text string) (time.Duration, error) {
	if day, ok := calendar.Parse(text); ok {
		return time.Until(day.EndOfDay()), nil
	}
	lifetime, err := time.ParseDuration(text)
	if err != nil || lifetime <= 0 {
		return 0, fmt.Errorf("--expires: %q is neither a day (YYYY-MM-DD) nor a duration (720h)", text)
	}
	return lifetime, nil
}

type frameworkCommand struct {
	Import frameworkImportCommand `cmd:"" help:"Import a framework: our format or a CISO Assistant library."`
}

type frameworkImportCommand struct {
	File string `arg:"" help:"The file to import."`
}

func (c frameworkImportCommand) Run(ctx context.Context) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	read, err := questionnaire.ReadFramework(file)
	if err != nil {
		return err
	}
	p, err := open(ctx, false)
	if err != nil {
		return err
	}
	defer p.close()
	f, err := p.services.Questionnaires.ImportFramework(ctx, operator, read, "imported")
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d requirements\n", f.Code, len(read.Requirements))
	return nil
}

type reportCommand struct {
	Review reportReviewCommand `cmd:"" help:"Write the report of a review as PDF."`
	Verify reportVerifyCommand `cmd:"" help:"Say whether a published report is genuine, superseded or unknown; unknown exits with 1."`
}

type reportVerifyCommand struct {
	File string `arg:"" help:"The file, or the code that stands on its pages."`
}

// Run says genuine, superseded or unknown; unknown ends with 1.
func (c reportVerifyCommand) Run(ctx context.Context) error {
	return withProgram(ctx, func(p *program) error {
		body, err := os.ReadFile(c.File)
		var verdict pack.Verdict
		if errors.Is(err, os.ErrNotExist) {
			verdict, err = p.services.Packs.VerifyCode(ctx, c.File)
		} else if err == nil {
			verdict, err = p.services.Packs.VerifyFile(ctx, body)
		}
		if err != nil {
			return err
		}
		switch verdict {
		case pack.Genuine, pack.CodeKnown:
			fmt.Println("genuine")
		case pack.Outdated, pack.CodeOutOld:
			fmt.Println("superseded")
		default:
			return errors.New("unknown")
		}
		return nil
	})
}

type reportReviewCommand struct {
	Reference string   `required:"" help:"The review (REV-2026-0001)."`
	Lang      lang.Tag `help:"en or cy." default:"en" enum:"en,cy"`
	Out       string   `required:"" help:"The file to write."`
}

func (c reportReviewCommand) Run(ctx context.Context) error {
	p, err := open(ctx, false)
	if err != nil {
		return err
	}
	defer p.close()
	found, err := store.Read(ctx, p.db, operator, func(tx *store.Tx) (*review.Review, error) {
		return store.FindBy[review.Review](tx, "reference = ?", c.Reference)
	})
	if err != nil {
		return named("review", c.Reference, err)
	}
	snapshot, err := p.services.Reviews.Report(ctx, operator, found.ID)
	if err != nil {
		return err
	}
	document, err := reports.ReviewReport(snapshot, c.Lang)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := pdf.Write(&b, document); err != nil {
		return err
	}
	return os.WriteFile(c.Out, b.Bytes(), 0o600)
}

type healthCommand struct{}

func (healthCommand) Run(ctx context.Context) error {
	config, err := LoadConfig(os.Getenv)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+config.Addr+"/readyz", nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the server answers %s", answer.Status)
	}
	return nil
}

type versionCommand struct{}

func (versionCommand) Run() error {
	fmt.Println(version)
	return nil
}
