package store

import (
	"context"
	"database/sql/driver"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"
	"modernc.org/sqlite"

	"sicrwydd/models/access"
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

// Searched is embedded by things that are many and searched by their words:
// what they are found by is kept folded beside them.
type Searched struct {
	Folded string `json:"-"`
}

func (s *Searched) setFolded(text string) bool { //nolint:unused // by those who embed it, as searchable
	was := s.Folded
	s.Folded = text
	return was != text
}

type searchable interface {
	// SearchText gives what a thing is found by.
	SearchText() []string
	setFolded(text string) (changed bool)
}

// refold keeps what a thing is found by, and reports whether that changed.
func refold(thing any) bool {
	s, ok := thing.(searchable)
	return ok && s.setFolded(fold(strings.Join(s.SearchText(), "\n")))
}

// Refold works out what things are found by that are older than searches were.
func Refold[T any, P pointer[T]](ctx context.Context, db *DB) error {
	for {
		n, err := Change(ctx, db, access.Program("make searchable"), func(tx *Tx) (int, error) {
			var things []P
			if err := Query[T](tx).Where("folded = ''").Limit(500).Find(&things).Error; err != nil {
				return 0, err
			}
			folded := 0
			for _, thing := range things {
				if !refold(thing) {
					continue // no word at all
				}
				values, err := tx.columnsOf(thing)
				if err != nil {
					return 0, err
				}
				if err := Query[T](tx).Where("id = ?", thing.row().ID).Update("folded", values["folded"]).Error; err != nil {
					return 0, err
				}
				folded++
			}
			return folded, nil
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

// found is the column that is kept folded.
const found = "folded"

var literally = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// Holding narrows a query to the rows where one of the columns holds the text,
// whatever its case and accents. The column "folded" of what is Searched is the
// fast way.
func Holding(tx *Tx, q *gorm.DB, text string, columns ...string) *gorm.DB {
	c := tx.holding(text, columns)
	return q.Where(c.SQL, c.Args...)
}

func (tx *Tx) holding(text string, columns []string) Condition {
	var parts []string
	var args []any
	from, to := accents()
	for _, column := range columns {
		switch {
		case column == found:
			parts = append(parts, column+` LIKE ? ESCAPE '\'`)
		case column == "reference": // has no accents
			parts = append(parts, "lower("+column+`) LIKE ? ESCAPE '\'`)
		case tx.db.postgres:
			parts = append(parts, "translate(lower("+column+`), ?, ?) LIKE ? ESCAPE '\'`)
			args = append(args, from, to)
		default:
			parts = append(parts, "fold("+column+`) LIKE ? ESCAPE '\'`)
		}
		args = append(args, "%"+literally.Replace(fold(strings.TrimSpace(text)))+"%")
	}
	return Condition{SQL: "(" + strings.Join(parts, " OR ") + ")", Args: args}
}
