package seed

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/identity"
	"sicrwydd/models/inventory"
	"sicrwydd/models/keyring"
	"sicrwydd/models/lang"
	"sicrwydd/models/outbox"
	"sicrwydd/models/pack"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
	"sicrwydd/models/vault"
	"sicrwydd/reports"
)

// DemoPassword lets every account of the demonstration in.
const DemoPassword = "tri chynnig i Gymro"

// Account is one to sign in with in the demonstration.
type Account struct {
	Role     access.Role
	Email    string
	Password string
	Try      string
}

// House is what a demonstration is built through: the same services as in use.
type House struct {
	DB        *store.DB
	Keys      *keyring.Ring
	Vault     *vault.Vault
	PublicURL string
}

type builder struct {
	db        *store.DB
	now       time.Time // moves through the past
	identity  *identity.Service
	inventory *inventory.Service
	reviews   *review.Service
	packs     *pack.Service
	suppliers []*inventory.Supplier
	systems   []*inventory.System
	hosts     map[string]uuid.UUID
	people    map[string]access.Actor
}

// Demo loads the demonstration, once, and gives its accounts.
func Demo(ctx context.Context, h House) ([]Account, error) {
	accounts := demoAccounts()
	n, err := store.Read(ctx, h.DB, program, func(tx *store.Tx) (int, error) {
		return store.Count[identity.User](tx, "email = ?", accounts[0].Email)
	})
	if err != nil || n > 0 {
		return accounts, err
	}
	b := &builder{now: time.Now(), hosts: map[string]uuid.UUID{}, people: map[string]access.Actor{}}
	b.db = h.DB.WithClock(func() time.Time { return b.now })
	b.identity, b.inventory = identity.New(b.db, h.Keys), inventory.New(b.db)
	b.reviews = review.New(b.db, h.Keys, h.Vault, outbox.New(b.db, h.Keys), h.PublicURL)
	b.packs = pack.New(b.db, h.Keys, b.identity, reports.PrintPack, h.PublicURL)
	for _, step := range []func(context.Context) error{b.addInventory, b.addPeople, b.addReviews, b.addAccounts, b.beginProgramme, b.addPacks, b.bringList, b.planTogether} {
		if err := step(ctx); err != nil {
			return nil, fmt.Errorf("demonstration: %w", err)
		}
	}
	return accounts, nil
}

func demoAccounts() []Account {
	return []Account{
		{access.Administrator, "administrator@demo.example", DemoPassword, "read the outbox: every invitation is there"},
		{access.Official, "official@demo.example", DemoPassword, "plan and issue a review"},
		{access.Official, "national@demo.example", DemoPassword, "make a paper for a governance group, and see the whole country's work"},
		{access.Reviewer, "reviewer@demo.example", DemoPassword, "judge what was submitted"},
		{access.Approver, "approver@demo.example", DemoPassword, "decide and sign off as SIRO"},
		{access.BoardSecretary, "secretary@demo.example", DemoPassword, "read the reports of the board"},
		{access.BoardMember, "board@demo.example", DemoPassword, "read a published report in Welsh"},
		{access.Auditor, "auditor@demo.example", DemoPassword, "see who did what"},
		{access.SupplierLead, "lead@demo.example", DemoPassword, "answer the questions and attest"},
		{access.Respondent, "respondent@demo.example", DemoPassword, "answer the sections given to you"},
	}
}

// addSubcontractor gives a supplier with certificates one on whom it relies;
// several rely on the same.
func (b *builder) addSubcontractor(ctx context.Context, supplier *inventory.Supplier, i int) error {
	if len(demoSuppliers[i].certificates) == 0 {
		return nil
	}
	helpers := []inventory.SubcontractorInput{
		{Name: "Cwmwl Enghraifft Ltd (fictitious)", Country: "GB", Purpose: "Hosts the servers.", ProcessesPersonalData: new(true)},
		{Name: "Noswaith Support GmbH (fictitious)", Country: "DE", Purpose: "Answers calls at night.", ProcessesPersonalData: new(false)},
		{Name: "Gwyliwr Monitoring Ltd (fictitious)", Country: "IE", Purpose: "Watches the logs."},
	}
	_, err := b.inventory.AddSubcontractor(ctx, program, supplier.ID, helpers[i%len(helpers)])
	return err
}

func (b *builder) addInventory(ctx context.Context) error {
	for i, s := range demoSuppliers {
		supplier, err := b.inventory.AddSupplier(ctx, program, inventory.SupplierInput{Name: s.name, Country: "GB",
			CompanyNumber: fmt.Sprintf("FICT%04d", i+1), Contacts: []inventory.Contact{
				{Kind: inventory.SecurityContact, Name: "Security desk", Email: "security@" + s.domain, Phone: "029 2018 0000"},
				{Kind: inventory.BreachContact, Name: "Breach line, 24 hours", Email: "breach@" + s.domain, Phone: "029 2018 0001"},
				{Kind: inventory.AccountContact, Name: "Account manager", Email: "account@" + s.domain},
			}, Note: lang.Text{En: "Fictitious, for demonstration.", Cy: "Ffug, at ddibenion arddangos."}})
		if err != nil {
			return err
		}
		b.suppliers = append(b.suppliers, supplier)
		for n, kind := range s.certificates {
			in := inventory.CertificateInput{Kind: kind, Number: fmt.Sprintf("FICT-%d-%d", i+1, n+1), ExpiresOn: calendar.On(b.now).AddDays(40 + 90*(i+n))}
			if _, err := b.inventory.AddCertificate(ctx, program, supplier.ID, in); err != nil {
				return err
			}
		}
		if err := b.addSubcontractor(ctx, supplier, i); err != nil {
			return err
		}
	}
	boards, err := b.boards(ctx)
	if err != nil {
		return err
	}
	for i, s := range demoSystems {
		in := inventory.SystemInput{Name: lang.Text{En: s.en, Cy: s.cy}, HostOrganisationID: b.hosts[s.host], Criticality: &s.criticality,
			DataCategories: s.categories, Exposure: s.exposure, Hosting: inventory.Hosting{Kind: s.hosting, Country: "GB"}, UsedBy: boards[:2+i%6]}
		if s.people > 0 || s.categories != nil {
			in.PeopleCount = &s.people
		}
		for _, part := range s.parts {
			in.Suppliers = append(in.Suppliers, inventory.SupplyInput{SupplierID: b.suppliers[s.supplier].ID, Part: part})
		}
		system, err := b.inventory.AddSystem(ctx, program, in)
		if err != nil {
			return fmt.Errorf("%s: %w", s.en, err)
		}
		b.systems = append(b.systems, system)
	}
	if err := b.addContracts(ctx); err != nil {
		return err
	}
	return b.addAppointments(ctx)
}

// addContracts gives each supplier a contract over its systems.
func (b *builder) addContracts(ctx context.Context) error {
	for i, supplier := range b.suppliers {
		hours, audited := []int{24, 48, 72}[i%3], i%2 == 0
		in := inventory.ContractInput{SupplierID: supplier.ID, Title: "Services (fictitious)", EndsOn: calendar.On(b.now).AddDays(100 + 130*i),
			BreachNoticeHours: &hours, RightToAudit: &audited, DataProcessingTerms: &audited}
		for n, system := range demoSystems {
			if system.supplier == i {
				in.SystemIDs = append(in.SystemIDs, b.systems[n].ID)
			}
		}
		if _, err := b.inventory.AddContract(ctx, program, in); err != nil {
			return err
		}
	}
	return nil
}

// addAppointments names, for each organisation, whom to call.
func (b *builder) addAppointments(ctx context.Context) error {
	service := directory.New(b.db)
	everyone, err := service.Organisations(ctx, program, directory.Filter{}, store.Paging{Limit: 200})
	if err != nil {
		return err
	}
	for i, o := range everyone.Items {
		for n, role := range []directory.AppointmentRole{directory.SIRO, directory.CaldicottGuardian} {
			in := directory.AppointmentInput{Role: role, PersonName: fmt.Sprintf("%s %d Demo", []string{"Siro", "Guardian"}[n], i+1),
				Email: fmt.Sprintf("%s.%d@demo.example", role, i+1), Phone: fmt.Sprintf("029 2018 %04d", 100+2*i+n)}
			if _, err := service.Appoint(ctx, program, o.ID, in); err != nil {
				return err
			}
		}
	}
	return nil
}

// boards finds the hosts by name, and gives the health boards.
func (b *builder) boards(ctx context.Context) ([]uuid.UUID, error) {
	return store.Read(ctx, b.db, program, func(tx *store.Tx) ([]uuid.UUID, error) {
		var boards []uuid.UUID
		for _, o := range nhsWales {
			id, err := organisationNamed(tx, o.en)
			if err != nil {
				return nil, err
			}
			if o.ods != "" && len(boards) < 8 {
				boards = append(boards, id)
			}
			for _, s := range demoSystems {
				if len(o.en) >= len(s.host) && o.en[:len(s.host)] == s.host {
					b.hosts[s.host] = id
				}
			}
		}
		return boards, nil
	})
}

// person adds somebody without a password and gives them as an actor.
func (b *builder) person(ctx context.Context, key string, n identity.NewUser) error {
	if n.Language == "" {
		n.Language = lang.English
	}
	user, membership, err := b.identity.AddUser(ctx, program, n)
	if err != nil {
		return fmt.Errorf("%s: %w", n.Email, err)
	}
	actor := access.Actor{UserID: user.ID, MembershipID: membership.ID, Name: user.Name, Roles: n.Roles}
	if id := n.Place.OrganisationID; id != nil {
		actor.OrganisationID, actor.OrganisationIDs = *id, []uuid.UUID{*id}
	}
	if id := n.Place.SupplierID; id != nil {
		actor.SupplierID = *id
	}
	b.people[key] = actor
	return nil
}

func (b *builder) addPeople(ctx context.Context) error {
	b.now = time.Now().AddDate(0, 0, -1200) // before the first review
	people := []struct {
		key string
		identity.NewUser
	}{
		{"official", identity.NewUser{Email: "official@demo.example", Name: "Owain Demo", JobTitle: "Assurance official", Phone: "029 2018 0142", Roles: []access.Role{access.Official}, Password: DemoPassword}},
		{"reviewer", identity.NewUser{Email: "reviewer@demo.example", Name: "Rhian Demo", JobTitle: "Security reviewer", Roles: []access.Role{access.Reviewer}, Password: DemoPassword}},
		{"national", identity.NewUser{Email: "national.approver@demo.example", Name: "Nia Demo", JobTitle: "National information risk owner", Roles: []access.Role{access.Approver}, Password: DemoPassword}},
	}
	for _, p := range people {
		if err := b.person(ctx, p.key, p.NewUser); err != nil {
			return err
		}
	}
	dhcw := b.hosts["Digital Health"]
	err := b.person(ctx, "approver", identity.NewUser{Email: "approver@demo.example", Name: "Siân Demo", Password: DemoPassword,
		JobTitle: "Senior Information Risk Owner", Roles: []access.Role{access.Approver}, Place: identity.Place{OrganisationID: &dhcw}})
	if err != nil {
		return err
	}
	for i, supplier := range b.suppliers {
		place := identity.Place{SupplierID: &supplier.ID}
		lead := identity.NewUser{Email: "lead@" + demoSuppliers[i].domain, Name: fmt.Sprintf("Lead %d Demo", i+1),
			JobTitle: "Security manager", Roles: []access.Role{access.SupplierLead}, Place: place}
		if i == 6 { // the one whose review has begun, to go on with
			lead.Email, lead.Name, lead.Password = "lead@demo.example", "Lowri Demo", DemoPassword
			respondent := identity.NewUser{Email: "respondent@demo.example", Name: "Rhodri Demo", JobTitle: "Systems engineer",
				Roles: []access.Role{access.Respondent}, Place: place, Password: DemoPassword, Language: lang.Welsh}
			if err := b.person(ctx, "respondent", respondent); err != nil {
				return err
			}
		}
		if err := b.person(ctx, fmt.Sprintf("lead %d", i), lead); err != nil {
			return err
		}
	}
	return nil
}

// addAccounts adds the accounts that had no part in the reviews.
func (b *builder) addAccounts(ctx context.Context) error {
	b.now = time.Now()
	cardiff, dhcw := b.hosts["Cardiff and Vale"], b.hosts["Digital Health"]
	until := calendar.On(b.now).AddMonths(6)
	for _, n := range []identity.NewUser{
		{Email: "administrator@demo.example", Name: "Alun Demo", Roles: []access.Role{access.Administrator}, Language: lang.English},
		{Email: "national@demo.example", Name: "Nia Demo", JobTitle: "National official", Roles: []access.Role{access.Official}, Language: lang.English},
		{Email: "secretary@demo.example", Name: "Bethan Demo", JobTitle: "Board secretary", Roles: []access.Role{access.BoardSecretary}, Place: identity.Place{OrganisationID: &dhcw}, Language: lang.English},
		{Email: "board@demo.example", Name: "Gwilym Demo", JobTitle: "Board member", Roles: []access.Role{access.BoardMember}, Place: identity.Place{OrganisationID: &cardiff}, Language: lang.Welsh},
		{Email: "auditor@demo.example", Name: "Ann Demo", JobTitle: "Auditor", Roles: []access.Role{access.Auditor}, UntilOn: until, Language: lang.English},
	} {
		n.Password = DemoPassword
		if _, _, err := b.identity.AddUser(ctx, program, n); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) addReviews(ctx context.Context) error {
	ordered := slices.Clone(demoReviews)
	slices.SortStableFunc(ordered, func(x, y demoReview) int { return y.daysAgo - x.daysAgo })
	for _, plan := range ordered {
		if err := b.play(ctx, plan); err != nil {
			return fmt.Errorf("review of %s: %w", demoSuppliers[plan.supplier].name, err)
		}
	}
	return nil
}
