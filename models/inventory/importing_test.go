package inventory_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

var program = access.Program("test")

func TestColumnsAreGuessedInEitherLanguage(t *testing.T) {
	for _, field := range inventory.ImportFields {
		for _, heading := range []string{field.Heading().En, field.Heading().Cy, string(field)} {
			if got := inventory.GuessMapping([]string{heading}); got[0] != field {
				t.Errorf("%q is taken for %q, not %q", heading, got[0], field)
			}
		}
	}
	got := inventory.GuessMapping([]string{" SYSTEM name", "Colour", "Enw’r cyflenwr", "name (english)", "Perchennog yr ased gwybodaeth"})
	want := []inventory.ImportField{"", "", inventory.FieldSuppliers, inventory.FieldNameEn, inventory.FieldOwner}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDaysAreReadAsPeopleWriteThem(t *testing.T) {
	for typed, want := range map[string]string{
		"2026-03-03": "2026-03-03", "03/04/2026": "2026-04-03", "3/4/2026": "2026-04-03", "03.04.2026": "2026-04-03", "3 March 2026": "2026-03-03",
		"3 Mawrth 2026": "2026-03-03", "3  mawrth 2026": "2026-03-03", "31 Rhagfyr 1999": "1999-12-31", "3 Mar 2026": "2026-03-03", "46084": "2026-03-03",
		"46084.75": "2026-03-03", "2026-03-03T00:00:00Z": "2026-03-03",
		"31/02/2026": "", "03/13/2026": "", "2026-13-01": "", "2026": "", "99999": "", "soon": "", "3 Mawr 2026": "", "": "",
	} {
		if got, ok := inventory.ReadDay(typed); string(got) != want || ok != (want != "") {
			t.Errorf("%q: got %q, %v", typed, got, ok)
		}
	}
}

// town is a database with two organisations and what the tests bring into it.
type town struct {
	*inventory.Service
	t      testing.TB
	db     *store.DB
	one    *directory.Organisation
	two    *directory.Organisation
	person access.Actor // an official of the first
}

func build(t testing.TB, db *store.DB) *town {
	w := &town{Service: inventory.New(db), t: t, db: db}
	for i, at := range []**directory.Organisation{&w.one, &w.two} {
		ods := fmt.Sprintf("7A%d", i+1)
		o, err := directory.New(db).AddOrganisation(t.Context(), program, directory.Input{Kind: directory.HealthBoard, ODSCode: &ods,
			Name: lang.Text{En: fmt.Sprintf("Board %d", i+1), Cy: fmt.Sprintf("Bwrdd %d", i+1)}})
		if err != nil {
			t.Fatal(err)
		}
		*at = o
	}
	w.person = w.official("swyddog@example.org", w.one)
	return w
}

func (w *town) official(email string, of *directory.Organisation) access.Actor {
	w.t.Helper()
	n := identity.NewUser{Email: email, Name: "Swyddog", JobTitle: "Rheolwr", Language: lang.Welsh, Roles: []access.Role{access.Official}}
	if of != nil {
		n.Place.OrganisationID = &of.ID
	}
	user, membership, err := identity.New(w.db, nil).AddUser(w.t.Context(), program, n)
	if err != nil {
		w.t.Fatal(err)
	}
	by, err := store.Read(w.t.Context(), w.db, program, func(tx *store.Tx) (access.Actor, error) { return identity.ActingIn(tx, user.ID, membership.ID) })
	if err != nil {
		w.t.Fatal(err)
	}
	return by
}

var columns = []string{"Name", "Host", "Suppliers", "Part", "Used by", "Live since", "People", "Data about people", "Colour"}

func (w *town) brought(by access.Actor, rows ...[]string) *inventory.Import {
	w.t.Helper()
	f := inventory.ImportFile{Name: "list.csv", Encoding: "utf-8", Headings: columns}
	for n, cells := range rows {
		f.Rows = append(f.Rows, inventory.ImportedCells{Number: n + 2, Cells: cells})
	}
	i, err := w.BeginImport(w.t.Context(), by, f)
	if err != nil {
		w.t.Fatal(err)
	}
	return i
}

func (w *town) worked(id uuid.UUID) *inventory.ImportView {
	w.t.Helper()
	for more := true; more; {
		var err error
		if more, err = w.GoOnWithImport(w.t.Context(), id); err != nil {
			w.t.Fatal(err)
		}
	}
	return w.view(id)
}

func (w *town) view(id uuid.UUID) *inventory.ImportView {
	w.t.Helper()
	v, err := w.Import(w.t.Context(), program, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

func (w *town) systems() []*inventory.System {
	w.t.Helper()
	list, err := w.Systems(w.t.Context(), program, inventory.SystemFilter{}, store.Paging{Limit: 200})
	if err != nil {
		w.t.Fatal(err)
	}
	return list.Items
}

func keys(v *inventory.ImportView) []string {
	var all []string
	for _, p := range v.Problems {
		all = append(all, fmt.Sprint(p.Number, " ", p.Column, " ", p.Key))
	}
	return all
}

func each(t *testing.T, run func(t *testing.T, w *town)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) { run(t, build(t, db)) })
}

func TestAnImportIsTriedAppliedAndUndone(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		i := w.brought(program,
			[]string{"Alpha", "7A1", "Cwmni Un; Cwmni Dau", "hosts, supports; Datblygu", "Bwrdd 2", "3 Mawrth 2026", "4,700", "Iechyd; contact", "red"},
			[]string{"Beta", "Board 2", "CWMNI UN", "lletya", "", "", "", "none", ""},
			[]string{"ALPHA", "Bwrdd 1", "", "", "Board 1", "", "12", "", "blue"}, // the same as the first
			[]string{"Wrong", "Nowhere", "", "hosts", "", "31/02/2026", "many", "secrets", ""})
		v := w.view(i.ID)
		if v.Added != 2 || v.Left != 1 || v.Wrong != 1 || len(v.NewSuppliers) != 2 || !slices.Equal(v.KeptHeadings, []string{"Colour"}) {
			t.Fatalf("it would add %d, leave %d, refuse %d, make %v: %v", v.Added, v.Left, v.Wrong, v.NewSuppliers, keys(v))
		}
		want := []string{"5 Part import.part-of-nobody", "5 People import.number-wrong", "5 Live since import.date-wrong",
			"5 Data about people import.value-unknown", "5 Host import.organisation-unknown"}
		if got := keys(v); !slices.Equal(got, want) {
			t.Errorf("wrong are %q", got)
		}
		if len(w.systems()) != 0 {
			t.Error("the trial entered something")
		}
		if _, err := w.MapImport(t.Context(), program, i.ID, nil, inventory.UpdateDuplicates); err != nil {
			t.Fatal(err)
		}
		if _, err := w.ApplyImport(t.Context(), program, i.ID); err != nil {
			t.Fatal(err)
		}
		v = w.worked(i.ID)
		if v.State != inventory.ImportApplied || v.Added != 2 || v.Updated != 1 || v.Wrong != 1 || v.Percent() != 100 {
			t.Errorf("it is %s: added %d, updated %d, refused %d", v.State, v.Added, v.Updated, v.Wrong)
		}
		systems := w.systems()
		if len(systems) != 2 {
			t.Fatalf("%d systems", len(systems))
		}
		first, err := w.System(t.Context(), program, systems[0].ID)
		if err != nil || *first.PeopleCount != 12 || first.LiveSince != "2026-03-03" || len(first.Supplies) != 3 || len(first.Uses) != 2 ||
			!slices.Equal(first.DataCategories, []inventory.DataCategory{"health", "contact"}) || first.Name.En != "ALPHA" {
			t.Errorf("the first is %+v with %d suppliers and %d users, %v", first.System, len(first.Supplies), len(first.Uses), err)
		}
		if second := systems[1]; second.DataCategories == nil || len(second.DataCategories) != 0 {
			t.Errorf("none is known too: %v", second.DataCategories)
		}
		kept, err := w.ImportedOf(t.Context(), program, systems[0].ID)
		if err != nil || len(kept) != 1 || kept[0] != (inventory.Kept{Heading: "Colour", Value: "blue"}) {
			t.Errorf("kept is %v, %v", kept, err)
		}
		if _, err := w.UndoImport(t.Context(), program, i.ID); err != nil {
			t.Fatal(err)
		}
		v = w.worked(i.ID)
		suppliers, err := w.Suppliers(t.Context(), program, inventory.SupplierFilter{}, store.Paging{})
		if v.State != inventory.ImportGone || len(w.systems()) != 0 || len(suppliers.Items) != 0 || err != nil {
			t.Errorf("undone it is %s, and leaves %d systems and %d suppliers, %v", v.State, len(w.systems()), len(suppliers.Items), err)
		}
	})
}

func TestAnUndoStopsAtWhatSomebodyChanged(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		i := w.brought(program, []string{"Alpha", "7A1", "Un", "hosts"}, []string{"Beta", "7A1"})
		if _, err := w.ApplyImport(t.Context(), program, i.ID); err != nil {
			t.Fatal(err)
		}
		w.worked(i.ID)
		changed := w.systems()[0]
		_, err := w.ChangeSystem(t.Context(), program, changed.ID, 0, func(in *inventory.SystemInput) error {
			in.InformationAssetOwner = "Perchennog"
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.UndoImport(t.Context(), program, i.ID)
		if f := fault.As(err); f == nil || f.Key != "import.undo-stands" {
			t.Errorf("got %v", err)
		}
		in, err := w.Obstacles(t.Context(), program, i.ID)
		if err != nil || len(in) != 1 || in[0].SystemID != changed.ID || in[0].Key != "import.undo-changed" {
			t.Errorf("in the way stands %+v, %v", in, err)
		}
		if len(w.systems()) != 2 {
			t.Error("something was taken away")
		}
	})
}

func TestWhatIsThereAlreadyIsNeverDoubled(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		for n, want := range []int{0, 2} {
			i := w.brought(program, []string{"Alpha", "7A1", "Un", "hosts", "", "", "1"}, []string{"Beta", "7A1"}, []string{"Gamma", "7A2"})
			if v := w.view(i.ID); v.Left != want+n {
				t.Errorf("time %d: %d are there already", n, v.Left)
			}
			_, err := w.ApplyImport(t.Context(), program, i.ID)
			if f := fault.As(err); n == 1 && (f == nil || f.Key != "import.nothing-to-do") {
				t.Errorf("again: %v", err)
			}
			w.worked(i.ID)
		}
		if got := len(w.systems()); got != 3 {
			t.Errorf("%d systems", got)
		}
	})
}

func TestAnOrganisationImportsWhatItHosts(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		theirs := w.brought(program, []string{"Theirs", "7A2", "Secret", "hosts"})
		if _, err := w.ApplyImport(t.Context(), program, theirs.ID); err != nil {
			t.Fatal(err)
		}
		w.worked(theirs.ID)
		i := w.brought(w.person, []string{"Ours", "7A1", "Secret", "hosts"}, []string{"Ours too", ""}, []string{"Not ours", "7A2"})
		v, err := w.Import(t.Context(), w.person, i.ID)
		if err != nil || v.Added != 2 || !slices.Equal(keys(v), []string{"4 Host import.host-not-yours"}) {
			t.Errorf("got %+v %v, %v", v, keys(v), err)
		}
		if !slices.Equal(v.NewSuppliers, []string{"Secret"}) {
			t.Errorf("a supplier that is not seen is not there: %v", v.NewSuppliers)
		}
		if _, err := w.Import(t.Context(), w.person, theirs.ID); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("another's import: %v", err)
		}
		if _, err := w.ApplyImport(t.Context(), w.person, i.ID); err != nil {
			t.Fatal(err)
		}
		if v := w.worked(i.ID); v.Added != 2 || v.Wrong != 1 {
			t.Errorf("it added %d and refused %d", v.Added, v.Wrong)
		}
		if _, err := w.UndoImport(t.Context(), w.person, i.ID); err != nil {
			t.Fatal(err)
		}
		if v := w.worked(i.ID); v.Undone != 2 || v.State != inventory.ImportGone {
			t.Errorf("undone are %d; it is %s", v.Undone, v.State)
		}
		for _, by := range []access.Actor{{Roles: []access.Role{access.Reviewer}}, {Roles: []access.Role{access.SupplierLead}, SupplierID: uuid.New()}} {
			if _, err := w.BeginImport(t.Context(), by, inventory.ImportFile{Headings: columns}); !fault.Is(err, fault.KindForbidden) {
				t.Errorf("%v: %v", by.Roles, err)
			}
		}
	})
}

func TestAnImportIsCancelledAndTakenUpAgain(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		i := w.brought(program, []string{"Alpha", "7A1", "Un", "hosts"}, []string{"Beta", "7A1", "Un", "hosts"})
		if _, err := w.ApplyImport(t.Context(), program, i.ID); err != nil {
			t.Fatal(err)
		}
		// An earlier run entered the first row before it was cut off.
		w.worked(i.ID)
		_, err := store.Change(t.Context(), w.db, program, func(tx *store.Tx) (bool, error) {
			again, err := store.FindBy[inventory.Import](tx, "id = ?", i.ID)
			if err != nil {
				return false, err
			}
			again.State = inventory.ImportApplying
			return true, tx.Save(again, inventory.ImportBegun)
		})
		if err != nil {
			t.Fatal(err)
		}
		if w.worked(i.ID); len(w.systems()) != 2 {
			t.Errorf("taken up again it leaves %d systems", len(w.systems()))
		}
		other := w.brought(program, []string{"Gamma", "7A1"})
		if _, err := w.ApplyImport(t.Context(), program, other.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.CancelImport(t.Context(), program, other.ID); err != nil {
			t.Fatal(err)
		}
		if v := w.worked(other.ID); v.State != inventory.ImportStopped || len(w.systems()) != 2 {
			t.Errorf("cancelled it is %s, and leaves %d systems", v.State, len(w.systems()))
		}
	})
}

func TestAnUndoPutsBackWhatTheImportChanged(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		first := w.brought(program,
			[]string{"Alpha", "7A1", "Un", "hosts", "Board 1", "3 March 2026", "100", "contact"},
			[]string{"Beta", "7A1", "Un", "hosts", "", "", "200"},
			[]string{"Gamma", "7A1", "", "", "", "", "300"})
		if _, err := w.ApplyImport(t.Context(), program, first.ID); err != nil {
			t.Fatal(err)
		}
		w.worked(first.ID)
		before := map[string]*inventory.SystemDetail{}
		look := func(into map[string]*inventory.SystemDetail) {
			for _, system := range w.systems() {
				one, err := w.System(t.Context(), program, system.ID)
				if err != nil {
					t.Fatal(err)
				}
				into[one.Name.En] = one
			}
		}
		look(before)
		i := w.brought(program,
			[]string{"Alpha", "7A1", "Dau", "supports", "Board 2", "", "111", "health"},
			[]string{"Beta", "7A1", "", "", "", "", "222"},
			[]string{"Alpha", "7A1", "Tri", "develops", "", "1 April 2026", "1111"},
			[]string{"Gamma", "7A1", "", "", "Board 2", "", "333"},
			[]string{"Delta", "7A1", "", "", "", "", "4"})
		if _, err := w.MapImport(t.Context(), program, i.ID, nil, inventory.UpdateDuplicates); err != nil {
			t.Fatal(err)
		}
		if _, err := w.ApplyImport(t.Context(), program, i.ID); err != nil {
			t.Fatal(err)
		}
		if v := w.worked(i.ID); v.Updated != 4 || v.Added != 1 {
			t.Fatalf("updated %d, added %d", v.Updated, v.Added)
		}
		_, err := w.ChangeSystem(t.Context(), program, before["Beta"].ID, 0, func(in *inventory.SystemInput) error {
			in.InformationAssetOwner = "Perchennog"
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		gamma, err := w.System(t.Context(), program, before["Gamma"].ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.ConfirmUse(t.Context(), w.official("ail@example.org", w.two), gamma.ID, gamma.Uses[0].ID, 0, inventory.UseInput{Role: "user"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.UndoImport(t.Context(), program, i.ID); err != nil {
			t.Fatal(err)
		}
		v := w.worked(i.ID)
		if want := []string{"3  import.undo-changed", "5  import.undo-confirmed"}; v.State != inventory.ImportGone || v.Undone != 3 || v.Stays != 2 || !slices.Equal(keys(v), want) {
			t.Errorf("it is %s: undone %d, left %d: %q", v.State, v.Undone, v.Stays, keys(v))
		}
		after := map[string]*inventory.SystemDetail{}
		look(after)
		if after["Delta"] != nil {
			t.Error("what was entered stays")
		}
		was, is := before["Alpha"], after["Alpha"]
		if !reflect.DeepEqual(was.Input(), is.Input()) {
			t.Errorf("Alpha was  %+v\nand is now %+v", was.Input(), is.Input())
		}
		if len(is.Supplies) != 1 || is.Supplies[0].SupplierID != was.Supplies[0].SupplierID || len(is.Uses) != 1 || is.Uses[0].ID != was.Uses[0].ID {
			t.Errorf("Alpha has the suppliers %+v and the users %+v", is.Supplies, is.Uses)
		}
		if beta := after["Beta"]; *beta.PeopleCount != 222 || beta.InformationAssetOwner != "Perchennog" {
			t.Errorf("what somebody changed since was touched: %+v", beta.System)
		}
		if gamma := after["Gamma"]; *gamma.PeopleCount != 333 || len(gamma.Uses) != 1 {
			t.Errorf("a confirmed use was touched: %+v", gamma.System)
		}
		suppliers, err := w.Suppliers(t.Context(), program, inventory.SupplierFilter{}, store.Paging{})
		if err != nil || len(suppliers.Items) != 1 {
			t.Errorf("%d suppliers are left, %v", len(suppliers.Items), err)
		}
		if _, err := w.UndoImport(t.Context(), program, i.ID); !fault.Is(err, fault.KindConflict) {
			t.Errorf("undone twice: %v", err)
		}
	})
}
