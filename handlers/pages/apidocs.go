package pages

import (
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

type operationRow struct{ Method, Path, Permission string }

// APIDocs lists the operations of the REST contract, and loads nothing from
// elsewhere.
func (v *View) APIDocs(contract *huma.OpenAPI) error {
	var rows []operationRow
	for path, item := range contract.Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete} {
			if op != nil {
				rows = append(rows, operationRow{method, path, op.Summary})
			}
		}
	}
	slices.SortFunc(rows, func(a, b operationRow) int {
		if a.Path != b.Path && a.Path < b.Path || a.Path == b.Path && a.Method < b.Method {
			return -1
		}
		return 1
	})
	return v.Show(Page{Name: "api-docs", TitleKey: "apidocs.title", Wide: true, Data: rows})
}
