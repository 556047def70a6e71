package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sicrwydd/models/access"
	"sicrwydd/models/inventory"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

// paper and firm are certificates and suppliers with the relations that GORM
// would follow: our own things have none.
type paper struct {
	store.Row
	SupplierID uuid.UUID
	Kind       string
	Name       string
	Number     string
	Covers     string
	ExpiresOn  string
	Firm       *firm `gorm:"foreignKey:SupplierID"`
}

func (paper) TableName() string { return "certificates" }

func (paper) Scope(by access.Actor) store.Condition {
	return store.Suppliers(by, access.InventoryRead, "certificates.supplier_id")
}

func (*paper) AuditKind() string       { return "certificate" }
func (p *paper) AuditAbout() uuid.UUID { return p.SupplierID }

type firm struct {
	ID     uuid.UUID `gorm:"primaryKey"`
	Name   string
	Papers []*paper `gorm:"foreignKey:SupplierID"`
}

func (firm) TableName() string { return "suppliers" }

func (firm) Scope(by access.Actor) store.Condition {
	return store.Suppliers(by, access.InventoryRead, "suppliers.id")
}

// bare is a thing that does not say who may see it.
type bare struct {
	ID   uuid.UUID
	Name string
}

func (bare) TableName() string { return "certificates" }

// foreign is a row of the other supplier as somebody would forge it.
func foreign(theirs *tenant) *paper {
	return &paper{Row: store.Row{ID: theirs.rows["certificates"], Version: 1}, SupplierID: theirs.rows["suppliers"], Name: "taken"}
}

func fresh(supplier uuid.UUID) *paper {
	p := &paper{Row: store.NewRow(), SupplierID: supplier, Name: "put in"}
	p.Version = 1
	return p
}

// a way tries to see or to touch what is the other supplier's, and gives what it
// saw.
type way func(tx *store.Tx, ours, theirs *tenant) (any, error)

// query makes a way of a query of certificates.
func query(ask func(q *gorm.DB, ours, theirs *tenant) (any, error)) way {
	return func(tx *store.Tx, ours, theirs *tenant) (any, error) {
		return ask(store.Query[paper](tx), ours, theirs)
	}
}

func found(q *gorm.DB) (any, error) {
	var rows []paper
	err := q.Find(&rows).Error
	return rows, err
}

func id(n *tenant) uuid.UUID { return n.rows["certificates"] }

// finding are the ways to read rows.
var finding = map[string]way{
	"find": query(func(q *gorm.DB, _, _ *tenant) (any, error) { return found(q) }),
	"find by key": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		var p paper
		err := q.Find(&p, "id = ?", id(t)).Error
		return p, err
	}),
	"first": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		var p paper
		err := q.First(&p, "id = ?", id(t)).Error
		return p, err
	}),
	"last": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		var p paper
		err := q.Order("name").Last(&p).Error
		return p, err
	}),
	"take": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		var p paper
		err := q.Take(&p, "id = ?", id(t)).Error
		return p, err
	}),
	"take by struct": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		p := *foreign(t)
		p.Name = ""
		err := q.Take(&p).Error
		return p, err
	}),
	"where struct": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		return found(q.Where(&paper{SupplierID: t.rows["suppliers"]}))
	}),
	"where map": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		return found(q.Where(map[string]any{"supplier_id": t.rows["suppliers"]}))
	}),
	"where list":            query(func(q *gorm.DB, _, t *tenant) (any, error) { return found(q.Where("id IN ?", []uuid.UUID{id(t)})) }),
	"where and or":          query(func(q *gorm.DB, _, _ *tenant) (any, error) { return found(q.Where("1 = 0").Or("1 = 1")) }),
	"or alone":              query(func(q *gorm.DB, _, t *tenant) (any, error) { return found(q.Or("id = ?", id(t))) }),
	"or in the text":        query(func(q *gorm.DB, _, _ *tenant) (any, error) { return found(q.Where("1 = 0 OR 1 = 1")) }),
	"a bracket that closes": query(func(q *gorm.DB, _, _ *tenant) (any, error) { return found(q.Where("1 = 0) OR (1 = 1")) }),
	"a comment":             query(func(q *gorm.DB, _, _ *tenant) (any, error) { return found(q.Where("1 = 1) --")) }),
	"not":                   query(func(q *gorm.DB, _, _ *tenant) (any, error) { return found(q.Not("1 = 0")) }),
	"a group of conditions": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		return found(q.Where(q.Session(&gorm.Session{NewDB: true}).Where("1 = 0").Or("id = ?", id(t))))
	}),
	"exists in the text": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		return found(q.Where("EXISTS (SELECT 1 FROM certificates c WHERE c.id <> certificates.id)"))
	}),
	"a sub-select as a query": func(tx *store.Tx, _, t *tenant) (any, error) {
		return found(store.Query[paper](tx).Where("supplier_id IN (?)", store.Query[firm](tx).Select("id").Where("id = ?", t.rows["suppliers"])))
	},
	"a sub-select of the bare": func(tx *store.Tx, _, _ *tenant) (any, error) {
		return found(store.Query[paper](tx).Where("id IN (?)", store.Query[bare](tx).Select("id")))
	},
	"select":         query(func(q *gorm.DB, _, _ *tenant) (any, error) { return found(q.Select("*")) }),
	"select columns": query(func(q *gorm.DB, _, _ *tenant) (any, error) { return found(q.Select("id", "name")) }),
	"omit":           query(func(q *gorm.DB, _, _ *tenant) (any, error) { return found(q.Omit("number")) }),
	"distinct":       query(func(q *gorm.DB, _, _ *tenant) (any, error) { return found(q.Distinct("name")) }),
	"group":          query(func(q *gorm.DB, _, _ *tenant) (any, error) { return found(q.Select("name").Group("name")) }),
	"having": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		return found(q.Select("name").Group("name").Having("1 = 1"))
	}),
	"having or": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		return found(q.Select("name").Group("name").Having("1 = 0 OR 1 = 1"))
	}),
	"order":            query(func(q *gorm.DB, _, _ *tenant) (any, error) { return found(q.Order("name DESC")) }),
	"limit and offset": query(func(q *gorm.DB, _, _ *tenant) (any, error) { return found(q.Order("name").Offset(1).Limit(5)) }),
	"scan": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		var all []bare
		err := q.Scan(&all).Error
		return all, err
	}),
	"scan into maps": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		var all []map[string]any
		err := q.Find(&all).Error
		return all, err
	}),
	"pluck": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		var names []string
		err := q.Pluck("name", &names).Error
		return names, err
	}),
	"in batches": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		var all, batch []paper
		err := q.FindInBatches(&batch, 1, func(*gorm.DB, int) error { all = append(all, batch...); return nil }).Error
		return all, err
	}),
	"row": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		var name string
		err := scanned(q.Select("name").Where("id = ?", id(t)).Row(), &name)
		return name, err
	}),
	"rows": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		rows, err := q.Select("name").Rows()
		if err != nil {
			return nil, err
		}
		defer func() { _ = rows.Close() }()
		var names []string
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				return nil, err
			}
			names = append(names, name)
		}
		return names, rows.Err()
	}),
	"preload of many": func(tx *store.Tx, _, _ *tenant) (any, error) {
		var all []*firm
		err := store.Query[firm](tx).Preload("Papers").Find(&all).Error
		return named(all), err
	},
	"preload of one": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		var all []*paper
		err := q.Preload("Firm").Find(&all).Error
		return firms(all), err
	}),
	"preload with an or": func(tx *store.Tx, _, _ *tenant) (any, error) {
		var all []*firm
		err := store.Query[firm](tx).Preload("Papers", func(q *gorm.DB) *gorm.DB { return q.Where("1 = 0").Or("1 = 1") }).Find(&all).Error
		return named(all), err
	},
	"preload for a forged parent": func(tx *store.Tx, _, t *tenant) (any, error) {
		forged := &firm{ID: t.rows["suppliers"]}
		err := store.Query[firm](tx).Model(forged).Association("Papers").Find(&forged.Papers)
		return named([]*firm{forged}), err
	},
	"join in the text":   query(func(q *gorm.DB, _, _ *tenant) (any, error) { return found(q.Joins("JOIN certificates c ON 1 = 1")) }),
	"join of a relation": query(func(q *gorm.DB, _, _ *tenant) (any, error) { return found(q.Joins("Firm")) }),
	"inner join":         query(func(q *gorm.DB, _, _ *tenant) (any, error) { return found(q.InnerJoins("Firm")) }),
	"another table":      query(func(q *gorm.DB, _, _ *tenant) (any, error) { return found(q.Table("certificates AS c")) }),
	"a table in the text": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		return found(q.Table("(SELECT * FROM certificates) AS certificates"))
	}),
	"a union as a table": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		return found(q.Table("(?) AS certificates", q.Session(&gorm.Session{NewDB: true}).Model(&paper{})))
	}),
	"from": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		return found(q.Clauses(clause.From{Tables: []clause.Table{{Name: "certificates"}}}))
	}),
	"a clause of where": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		return found(q.Clauses(clause.Where{Exprs: []clause.Expression{clause.Or(clause.Expr{SQL: "1 = 1"})}}))
	}),
	"locking": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		return found(q.Clauses(clause.Locking{Strength: "SHARE"}))
	}),
	"raw": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		var all []bare
		err := q.Raw("SELECT id, name FROM certificates").Scan(&all).Error
		return all, err
	}),
	"raw row": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		var name string
		err := scanned(q.Raw("SELECT name FROM certificates ORDER BY name DESC").Row(), &name)
		return name, err
	}),
	"unscoped": query(func(q *gorm.DB, _, _ *tenant) (any, error) { return found(q.Unscoped()) }),
	"a model without a scope": func(tx *store.Tx, _, _ *tenant) (any, error) {
		var all []bare
		err := store.Query[bare](tx).Find(&all).Error
		return all, err
	},
	"another model": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		var all []bare
		err := q.Model(&bare{}).Find(&all).Error
		return all, err
	}),
	"a new session":           query(func(q *gorm.DB, _, _ *tenant) (any, error) { return found(q.Session(&gorm.Session{NewDB: true})) }),
	"a session without hooks": query(func(q *gorm.DB, _, _ *tenant) (any, error) { return found(q.Session(&gorm.Session{SkipHooks: true})) }),
	"a prepared session":      query(func(q *gorm.DB, _, _ *tenant) (any, error) { return found(q.Session(&gorm.Session{PrepareStmt: true})) }),
	"another context":         query(func(q *gorm.DB, _, _ *tenant) (any, error) { return found(q.WithContext(context.Background())) }),
	"scopes": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		return found(q.Scopes(func(q *gorm.DB) *gorm.DB { return q.Or("1 = 1") }))
	}),
	"debug": query(func(q *gorm.DB, _, _ *tenant) (any, error) { return found(q.Set("gorm:query_option", "OR 1 = 1")) }),
	"the connection itself": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		rows, err := q.Statement.ConnPool.QueryContext(context.Background(), "SELECT name FROM certificates")
		if err == nil {
			err = rows.Close()
			return "theirs", err
		}
		return nil, err
	}),
	"a statement of the connection": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		_, err := q.Statement.ConnPool.PrepareContext(context.Background(), "SELECT name FROM certificates")
		return nil, err
	}),
	"a row of the connection": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		var name string
		err := q.Statement.ConnPool.QueryRowContext(context.Background(), "SELECT name FROM certificates ORDER BY name DESC").Scan(&name)
		return name, err
	}),
	"the store finds":  func(tx *store.Tx, _, t *tenant) (any, error) { return store.Find[inventory.Certificate](tx, id(t)) },
	"the store locks":  func(tx *store.Tx, _, t *tenant) (any, error) { return store.Lock[inventory.Certificate](tx, id(t)) },
	"the store shares": func(tx *store.Tx, _, t *tenant) (any, error) { return store.Share[inventory.Certificate](tx, id(t)) },
	"the store finds by": func(tx *store.Tx, _, _ *tenant) (any, error) {
		return store.FindBy[inventory.Certificate](tx, "1 = 0 OR name = ?", "theirs certificates")
	},
	"the store lists": func(tx *store.Tx, _, _ *tenant) (any, error) {
		all, err := store.Many[paper](tx, "", "1 = 0 OR 1 = 1")
		return namesOf(all), err
	},
	"count": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		var n int64
		err := q.Count(&n).Error
		return counted(n), err
	}),
	"count or": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		var n int64
		err := q.Where("1 = 0").Or("1 = 1").Count(&n).Error
		return counted(n), err
	}),
	"count of groups": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		var n int64
		err := q.Group("name").Count(&n).Error
		return counted(n), err
	}),
	"a sum": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		var n int64
		err := q.Select("SUM(version)").Scan(&n).Error
		return counted(n), err
	}),
}

// scanned reads a row; GORM gives none where the query was refused.
func scanned(row *sql.Row, into *string) error {
	if row == nil {
		return errors.New("refused")
	}
	return row.Scan(into)
}

func counted(n int64) string {
	if n > 1 {
		return "theirs is counted"
	}
	return "ours"
}

func namesOf(all []*paper) (names []string) {
	for _, p := range all {
		names = append(names, p.Name)
	}
	return names
}

func named(all []*firm) (names []string) {
	for _, f := range all {
		names = append(append(names, f.Name), namesOf(f.Papers)...)
	}
	return names
}

func firms(all []*paper) (names []string) {
	for _, p := range all {
		if p.Firm != nil {
			names = append(names, p.Firm.Name)
		}
	}
	return names
}

// Each way is tried by the lead of one supplier, on what is another's, by the
// scope alone: on PostgreSQL with one role for all.
func TestNoQueryGoesAroundTheScope(t *testing.T) {
	ran := 0
	storetest.EachShared(t, func(t *testing.T, s *storetest.Shared) {
		postgres := strings.HasSuffix(t.Name(), "/postgres")
		if postgres {
			s = storetest.ShareAlone(t)
		}
		db := s.Open()
		ours, theirs := tenants(t, s, columnsOf(t, s, postgres))
		before := held(t, s)
		for _, ways := range []map[string]way{finding, touching} {
			for name, try := range ways {
				ran++
				within, done := context.WithTimeout(t.Context(), 5*time.Second)
				seen, err := store.Change(within, db, ours.lead(), func(tx *store.Tx) (any, error) { return try(tx, ours, theirs) })
				if done(); errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s does not end", name)
				}
				if strings.Contains(fmt.Sprintf("%+v", seen), "theirs") {
					t.Errorf("%s saw %+v, %v", name, seen, err)
				}
				if after := held(t, s); after != before {
					t.Errorf("%s left %s, %v", name, after, err)
					before = after
				}
			}
		}
	})
	t.Logf("%d ways, tried %d times", len(finding)+len(touching), ran)
	if len(finding)+len(touching) < 58 {
		t.Errorf("the list has shrunk to %d ways", len(finding)+len(touching))
	}
}

// held is what the other supplier has, past the store.
func held(t *testing.T, s *storetest.Shared) string {
	t.Helper()
	rows, err := s.Raw.QueryContext(t.Context(), "SELECT c.name FROM certificates c JOIN suppliers u ON u.id = c.supplier_id WHERE u.name = 'theirs suppliers' ORDER BY c.name")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}
