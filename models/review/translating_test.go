package review

import (
	"testing"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
)

func TestTheLanguageThatWasMissingIsBroughtBackAndNothingElse(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.submitted("cardiff")
		official := h.people["official"] // who did not answer
		add := func(title, detail lang.Text) *Finding {
			f, err := h.AddFinding(t.Context(), official, r.ID, FindingInput{Severity: High, Title: title, Detail: detail})
			h.must("add a finding", err)
			return f
		}
		one, other := add(lang.Text{En: "Back-ups"}, both("Detail")), add(both("Whole"), lang.Text{Cy: "Manylion"})
		list := func() map[string]Untranslated {
			rows, err := h.Untranslated(t.Context(), official)
			h.must("list", err)
			all := map[string]Untranslated{}
			for _, u := range rows {
				all[u.Key] = u
			}
			return all
		}
		title, detail := "finding/"+one.ID.String()+"/title", "finding/"+other.ID.String()+"/detail"
		waiting := list()
		if len(waiting) != 2 || waiting[title].To != lang.Welsh || waiting[detail].To != lang.English || waiting[detail].Text != "Manylion" {
			t.Fatalf("waiting: %+v", waiting)
		}
		for why, row := range map[string]Translation{
			"translation.changed":     {Row: 2, Key: title, Text: "Something else", Words: "Copïau"},
			"translation.not-waiting": {Row: 3, Key: "finding/" + other.ID.String() + "/title", Text: "Whole", Words: "Overwritten"},
		} {
			// Beside a row that is right: none is taken.
			n, err := h.TakeTranslations(t.Context(), official, []Translation{{Row: 4, Key: detail, Text: "Manylion", Words: "Detail"}, row})
			f := fault.As(err)
			if f == nil || len(f.Fields) != 1 || f.Fields[0].Key != why || f.Fields[0].Args["Row"] != row.Row {
				t.Errorf("%s: %d, %v", why, n, err)
			}
		}
		if len(list()) != 2 {
			t.Error("a file with a wrong row was taken in part")
		}
		n, err := h.TakeTranslations(t.Context(), official, []Translation{{Row: 2, Key: title, Text: "Back-ups", Words: "Copïau wrth gefn"}, {Row: 3, Key: detail, Text: "Manylion"}})
		h.must("take", err)
		if left := list(); n != 1 || len(left) != 1 {
			t.Errorf("taken %d, left %+v", n, left)
		}
		for _, f := range rowsOf[Finding](h, r.ID) {
			if f.ID == one.ID && (f.Title != lang.Text{En: "Back-ups", Cy: "Copïau wrth gefn"}) {
				t.Errorf("written: %+v", f.Title)
			}
		}
		if _, err := h.Untranslated(t.Context(), access.Actor{Roles: []access.Role{access.BoardSecretary}}); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("a secretary reads findings: %v", err)
		}
	})
}
