package access

import (
	"slices"
	"testing"

	"github.com/google/uuid"
)

func TestScopesOfTheTable(t *testing.T) {
	somewhere := uuid.New()
	cases := []struct {
		name  string
		actor Actor
		p     Permission
		want  []Scope
	}{
		{"a national official reads the whole inventory", Actor{Roles: []Role{Official}}, InventoryRead, []Scope{National}},
		{"an organisation's official reads what it hosts or uses", Actor{Roles: []Role{Official}, OrganisationID: somewhere}, InventoryRead, []Scope{Used}},
		{"an organisation's official changes what it hosts", Actor{Roles: []Role{Official}, OrganisationID: somewhere}, InventoryChange, []Scope{Hosted}},
		{"a national reviewer reads answers of reviews assigned", Actor{Roles: []Role{Reviewer}}, AnswersRead, []Scope{Assigned}},
		{"bare U gives a national secretary nothing", Actor{Roles: []Role{BoardSecretary}}, InventoryRead, nil},
		{"a board member has published reports only", Actor{Roles: []Role{BoardMember}, OrganisationID: somewhere}, InventoryRead, nil},
		{"an administrator reads no answers", Actor{Roles: []Role{Administrator}}, AnswersRead, nil},
		{"a lead acts for its supplier", Actor{Roles: []Role{SupplierLead}, SupplierID: somewhere}, AnswerWrite, []Scope{OwnSupplier}},
		{"roles of one membership add up", Actor{Roles: []Role{Reviewer, Approver}, OrganisationID: somewhere}, ReviewRead, []Scope{Assigned, Hosted, Used}},
		{"a token's scopes narrow its owner's rights", Actor{Roles: []Role{Official}, TokenScopes: []Permission{InventoryRead}}, ReviewPlan, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := c.actor.Scopes(c.p); !slices.Equal(got, c.want) {
				t.Errorf("scopes of %s: got %v, want %v", c.p, got, c.want)
			}
		})
	}
}

func TestTheTableIsWhole(t *testing.T) {
	if got := len(Permissions()); got != 27 {
		t.Errorf("the table has %d permissions, want 27: a row that does not parse is dropped", got)
	}
}
