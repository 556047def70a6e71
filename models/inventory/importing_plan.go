package inventory

import (
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/store"
)

// plannedRow is what will be done with a row.
type plannedRow struct {
	*readRow
	outcome  Outcome // that it is to have
	host     uuid.UUID
	system   uuid.UUID // to be changed; nil for a new one
	repeats  int       // the row of the same file that names the same system; 0: none
	supplies []plannedSupply
	users    []uuid.UUID
	done     Outcome // what became of it already
}

// plannedSupply is a supplier that stands, or a new one by its name.
type plannedSupply struct {
	supplier uuid.UUID
	name     string
	parts    []Part
}

// known is what an import finds its names in: all that the actor sees, loaded
// once.
type knownThings struct {
	by            access.Actor
	organisations map[string]uuid.UUID
	suppliers     map[string][]uuid.UUID // by reference, company number and name
	systems       map[string]*knownSystem
}

type knownSystem struct {
	id   uuid.UUID
	host uuid.UUID
}

// importPlan is an import with what will be done with each row.
type importPlan struct {
	rows         []*plannedRow
	newSuppliers []string
}

func lookAround(tx *store.Tx, madeByIt map[uuid.UUID]bool) (*knownThings, error) {
	k := &knownThings{by: tx.By(), organisations: map[string]uuid.UUID{}, suppliers: map[string][]uuid.UUID{}, systems: map[string]*knownSystem{}}
	organisations, err := store.Many[directory.Organisation](tx, "reference", "")
	if err != nil {
		return nil, err
	}
	for _, o := range organisations {
		for _, name := range []string{o.Name.En, o.Name.Cy, o.Reference, orEmpty(o.ODSCode)} {
			if name != "" {
				k.organisations[folded(name)] = o.ID
			}
		}
	}
	var suppliers []*Supplier
	if err := store.Query[Supplier](tx).Select("id", "reference", "name", "company_number").Order("reference").Find(&suppliers).Error; err != nil {
		return nil, err
	}
	for _, s := range suppliers {
		for _, name := range []string{s.Name, s.Reference, companyNumber(s.CompanyNumber)} {
			if name = folded(name); name != "" && !slices.Contains(k.suppliers[name], s.ID) {
				k.suppliers[name] = append(k.suppliers[name], s.ID)
			}
		}
	}
	var systems []*System
	if err := store.Query[System](tx).Select("id", "reference", "name_en", "name_cy", "host_organisation_id").Find(&systems).Error; err != nil {
		return nil, err
	}
	for _, s := range systems {
		if madeByIt[s.ID] {
			continue
		}
		one := &knownSystem{s.ID, s.HostOrganisationID}
		k.systems[folded(s.Reference)] = one
		for _, name := range []string{s.Name.En, s.Name.Cy} {
			if name != "" {
				k.systems[systemKey(s.HostOrganisationID, name)] = one
			}
		}
	}
	return k, nil
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func systemKey(host uuid.UUID, name string) string { return host.String() + " " + folded(name) }

var companyNumbers = regexp.MustCompile(`^(?:[A-Z]{2}\d{6}|\d{6,8})$`)

// companyNumber gives a number of the register of companies as it is kept
// there; empty: it is none.
func companyNumber(text string) string {
	text = strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(text), " ", ""))
	if !companyNumbers.MatchString(text) {
		return ""
	}
	return strings.Repeat("0", 8-len(text)) + text
}

// planImport reads all rows of an import and says what will be done with each.
func planImport(tx *store.Tx, i *Import) (*importPlan, error) {
	rows, err := store.Many[ImportRow](tx, "number", "import_id = ?", i.ID)
	if err != nil {
		return nil, err
	}
	made := map[uuid.UUID]bool{}
	for _, row := range rows {
		if row.Outcome == RowAdded && row.SystemID != nil {
			made[*row.SystemID] = true
		}
	}
	k, err := lookAround(tx, made)
	if err != nil {
		return nil, err
	}
	return k.plan(i, rows), nil
}

// plan is pure: the same rows over the same things give the same.
func (k *knownThings) plan(i *Import, rows []*ImportRow) *importPlan {
	plan := &importPlan{}
	seen, named := map[string]int{}, map[string]bool{}
	for _, row := range rows {
		p := &plannedRow{readRow: readImported(i.Headings, i.Mapping, ImportedCells{row.Number, row.Cells}), done: row.Outcome}
		k.findHost(p)
		k.findSuppliers(p)
		k.findUsers(p)
		keys := k.findSystem(p, seen)
		p.check()
		p.decide(i.Duplicates)
		for _, key := range keys {
			if p.outcome != RowWrong && seen[key] == 0 {
				seen[key] = p.number
			}
		}
		if p.outcome == RowAdded || p.outcome == RowUpdated {
			for _, s := range p.supplies {
				if s.supplier == uuid.Nil && !named[folded(s.name)] {
					named[folded(s.name)] = true
					plan.newSuppliers = append(plan.newSuppliers, s.name)
				}
			}
		}
		plan.rows = append(plan.rows, p)
	}
	return plan
}

func (k *knownThings) findHost(p *plannedRow) {
	switch {
	case p.readRow.host == "" && !k.by.National() && k.by.OrganisationID != uuid.Nil:
		p.host = k.by.OrganisationID
	case p.readRow.host == "":
	default:
		id, ok := k.organisations[folded(p.readRow.host)]
		if !ok {
			p.on(FieldHost, "import.organisation-unknown", fault.Args{"Name": short(p.readRow.host)})
			return
		}
		p.host = id
	}
	if p.host != uuid.Nil && !k.by.IsProgram() && !k.by.National() && !slices.Contains(k.by.OrganisationIDs, p.host) {
		p.on(FieldHost, "import.host-not-yours")
	}
}

func (k *knownThings) findSuppliers(p *plannedRow) {
	for _, s := range p.suppliers {
		words := s.words
		number := companyNumber(words)
		found := k.suppliers[folded(words)]
		if number != "" {
			found = k.suppliers[folded(number)]
		}
		switch {
		case len(found) > 1:
			p.on(FieldSuppliers, "import.supplier-ambiguous", fault.Args{"Name": short(words)})
		case len(found) == 1:
			p.supplies = append(p.supplies, plannedSupply{found[0], words, s.parts})
		case number != "" || strings.HasPrefix(strings.ToUpper(words), "SUP-"):
			p.on(FieldSuppliers, "import.supplier-unknown", fault.Args{"Name": short(words)})
		case len(words) > 300:
			p.on(FieldSuppliers, "text.too-long", fault.Args{"Max": 300})
		default:
			p.supplies = append(p.supplies, plannedSupply{uuid.Nil, words, s.parts})
		}
	}
}

func (k *knownThings) findUsers(p *plannedRow) {
	for _, name := range p.usedBy {
		id, ok := k.organisations[folded(name)]
		if !ok {
			p.on(FieldUsedBy, "import.organisation-unknown", fault.Args{"Name": short(name)})
			continue
		}
		if !slices.Contains(p.users, id) {
			p.users = append(p.users, id)
		}
	}
}

// findSystem finds the system that a row names already: by reference, or by
// its name at its host; in the inventory, or in a row above. It gives what the
// rows below may name it by.
func (k *knownThings) findSystem(p *plannedRow, seen map[string]int) (keys []string) {
	if p.reference != "" {
		keys = append(keys, folded(p.reference))
		known, ok := k.systems[folded(p.reference)]
		if !ok {
			p.on(FieldReference, "import.reference-unknown")
			return nil
		}
		p.system = known.id
		if p.host != uuid.Nil && p.host != known.host && !k.by.National() && !k.by.IsProgram() {
			p.on(FieldHost, "system.host-national")
		}
		if !k.by.National() && !k.by.IsProgram() && !slices.Contains(k.by.OrganisationIDs, known.host) {
			p.on(FieldReference, "import.host-not-yours")
		}
	}
	if p.host != uuid.Nil {
		for _, name := range []string{p.nameEn, p.nameCy} {
			if name == "" {
				continue
			}
			key := systemKey(p.host, name)
			keys = append(keys, key)
			if known, ok := k.systems[key]; ok && p.system == uuid.Nil {
				p.system = known.id
			}
		}
	}
	if p.system != uuid.Nil {
		keys = append(keys, p.system.String())
	}
	for _, key := range keys {
		if n := seen[key]; n != 0 && p.repeats == 0 {
			p.repeats = n
		}
	}
	return keys
}

// fieldOf says which column a fault of the system's own form is about.
var fieldOf = map[string]ImportField{"name.en": FieldNameEn, "host_organisation_id": FieldHost, "criticality": FieldCriticality,
	"people_count": FieldPeople, "years_kept": FieldYears, "data_categories": FieldData, "exposure": FieldExposure, "hosting.kind": FieldHosting,
	"hosting.country": FieldCountry, "live_since": FieldLiveSince, "suppliers": FieldSuppliers, "used_by": FieldUsedBy, "status": FieldStatus}

// check holds what the row sets against the rules of the system's own form.
func (p *plannedRow) check() {
	in := SystemInput{HostOrganisationID: p.host}
	if p.system != uuid.Nil || p.repeats != 0 { // what it leaves out stands already
		in.Name.En, in.HostOrganisationID = "there", uuid.Max
	}
	for _, set := range p.sets {
		set(&in)
	}
	f := fault.As(in.check())
	if f == nil {
		return
	}
	for _, field := range f.Fields {
		of := fieldOf[field.Location]
		if slices.ContainsFunc(p.problems, func(known Problem) bool { return of == FieldHost && known.Column == p.columns[FieldHost] }) {
			continue
		}
		p.on(of, field.Key, field.Args)
	}
}

func (p *plannedRow) decide(duplicates Duplicates) {
	switch {
	case len(p.problems) > 0:
		p.outcome = RowWrong
	case p.system == uuid.Nil && p.repeats == 0:
		p.outcome = RowAdded
	case duplicates == UpdateDuplicates:
		p.outcome = RowUpdated
	default:
		p.outcome = RowLeft
	}
}
