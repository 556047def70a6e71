package store

import (
	"database/sql/driver"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"
	"modernc.org/sqlite"
)

// fold gives a text as searches compare it: without accents, in lower case.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(text))
}

// accents are the letters that PostgreSQL is told to fold, and what to.
var accents = sync.OnceValues(func() (from, to string) {
	for r := rune(0xC0); r <= 0x1EFF; r++ {
		if folded := fold(string(r)); len(folded) == 1 && unicode.IsLower(r) {
			from, to = from+string(r), to+folded
		}
	}
	return from, to
})

func init() {
	sqlite.MustRegisterDeterministicScalarFunction("fold", 1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		if text, ok := args[0].(string); ok {
			return fold(text), nil
		}
		return args[0], nil
	})
}

var literally = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// Holding narrows a query to the rows where one of the columns holds the text,
// whatever its case and accents.
func Holding(tx *Tx, q *gorm.DB, text string, columns ...string) *gorm.DB {
	var parts []string
	var args []any
	from, to := accents()
	for _, column := range columns {
		if tx.db.postgres {
			parts = append(parts, "translate(lower("+column+`), ?, ?) LIKE ? ESCAPE '\'`)
			args = append(args, from, to)
		} else {
			parts = append(parts, "fold("+column+`) LIKE ? ESCAPE '\'`)
		}
		args = append(args, "%"+literally.Replace(fold(strings.TrimSpace(text)))+"%")
	}
	return q.Where("("+strings.Join(parts, " OR ")+")", args...)
}
