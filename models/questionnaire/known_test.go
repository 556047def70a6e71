package questionnaire

import (
	"testing"

	"github.com/google/uuid"
)

func TestFactsAnswerWhatIsKnown(t *testing.T) {
	one, two := uuid.New(), uuid.New()
	system := func(id uuid.UUID, hosting string, categories []string) SystemFacts {
		return SystemFacts{ID: id, HostingKind: hosting, DataCategories: categories}
	}
	personal := &Question{Type: YesNo, Scope: ScopeSupplier, KnownFrom: &KnownFrom{FactDataCategories, map[string]string{"any": "yes", "none": "no"}}}
	cloud := &Question{Type: YesNo, Scope: ScopeSystem, KnownFrom: &KnownFrom{FactHostingKind, map[string]string{"cloud": "yes", "any": "no"}}}
	held := &Question{Type: MultipleChoice, Scope: ScopeSystem, Options: []Option{{Value: "contact"}, {Value: "health"}, {Value: "none_held"}},
		KnownFrom: &KnownFrom{FactDataCategories, map[string]string{"none": "none_held"}}}
	certificates := &Question{Type: MultipleChoice, Options: []Option{{Value: "iso_27001"}, {Value: "none_held"}}, KnownFrom: &KnownFrom{Fact: FactCertificates}}
	in := func(id uuid.UUID, country string) SystemFacts { return SystemFacts{ID: id, HostingCountry: country} }
	located := &Question{Type: SingleChoice, Scope: ScopeSystem, Options: []Option{{Value: "uk"}, {Value: "adequate"}},
		KnownFrom: &KnownFrom{FactHostingCountry, map[string]string{"GB": "uk"}}}
	helped := &Question{Type: YesNo, Scope: ScopeSupplier, KnownFrom: &KnownFrom{FactSubcontractors, map[string]string{"any": "yes"}}}
	for _, c := range []struct {
		what   string
		q      *Question
		facts  Facts
		system uuid.UUID
		want   string
	}{
		{"health is held", personal, Facts{Systems: []SystemFacts{system(one, "", []string{"health"}), system(two, "", []string{})}}, uuid.Nil, `"yes"`},
		{"none is held", personal, Facts{Systems: []SystemFacts{system(one, "", []string{})}}, uuid.Nil, `"no"`},
		{"one system is not known", personal, Facts{Systems: []SystemFacts{system(one, "", []string{"health"}), system(two, "", nil)}}, uuid.Nil, ""},
		{"cloud", cloud, Facts{Systems: []SystemFacts{system(one, "cloud", nil), system(two, "own", nil)}}, one, `"yes"`},
		{"our own", cloud, Facts{Systems: []SystemFacts{system(one, "cloud", nil), system(two, "own", nil)}}, two, `"no"`},
		{"hosting not known", cloud, Facts{Systems: []SystemFacts{system(one, "", nil)}}, one, ""},
		{"in the order of the question", held, Facts{Systems: []SystemFacts{system(one, "", []string{"health", "contact"})}}, one, `["contact","health"]`},
		{"known to be none", held, Facts{Systems: []SystemFacts{system(one, "", []string{})}}, one, `["none_held"]`},
		{"a certificate", certificates, Facts{Certificates: []string{"iso_27001", "other"}}, uuid.Nil, `["iso_27001"]`},
		{"no certificate entered says nothing", certificates, Facts{Certificates: []string{}}, uuid.Nil, ""},
		{"in the United Kingdom", located, Facts{Systems: []SystemFacts{in(one, "GB"), in(two, "US")}}, one, `"uk"`},
		{"in a country that is not mapped", located, Facts{Systems: []SystemFacts{in(one, "GB"), in(two, "US")}}, two, ""},
		{"country not known", located, Facts{Systems: []SystemFacts{in(one, "")}}, one, ""},
		{"a sub-contractor", helped, Facts{Subcontractors: []string{"Cymorth"}}, uuid.Nil, `"yes"`},
		{"no sub-contractor entered says nothing", helped, Facts{}, uuid.Nil, ""},
		{"nothing to know it from", &Question{Type: YesNo}, Facts{Certificates: []string{"iso_27001"}}, uuid.Nil, ""},
	} {
		if got := string(c.facts.Known(c.q, c.system)); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}
