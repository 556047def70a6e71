package store_test

import (
	"context"
	"database/sql"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sicrwydd/models/audit"
	"sicrwydd/models/store"
)

// touching are the ways to change what is there.
var touching = map[string]way{
	"update": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		return nil, q.Where("id = ?", id(t)).Update("name", "taken").Error
	}),
	"update or": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		return nil, q.Where("1 = 0").Or("1 = 1").Update("name", "taken").Error
	}),
	"update of all": query(func(q *gorm.DB, _, _ *tenant) (any, error) { return nil, q.Update("name", "taken").Error }),
	"update of all, allowed": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		return nil, q.Session(&gorm.Session{AllowGlobalUpdate: true}).Update("name", "taken").Error
	}),
	"updates with a struct": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		return nil, q.Where("id = ?", id(t)).Updates(&paper{Name: "taken"}).Error
	}),
	"updates with a map": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		return nil, q.Where("id = ?", id(t)).Updates(map[string]any{"name": "taken"}).Error
	}),
	"updates of a forged row": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		return nil, q.Model(foreign(t)).Updates(map[string]any{"name": "taken"}).Error
	}),
	"update of a column": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		return nil, q.Where("id = ?", id(t)).UpdateColumn("name", "taken").Error
	}),
	"update of columns": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		return nil, q.Where("id = ?", id(t)).UpdateColumns(map[string]any{"name": "taken"}).Error
	}),
	"update returning": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		var all []paper
		err := q.Model(&all).Clauses(clause.Returning{}).Where("1 = 1").Update("covers", "x").Error
		return all, err
	}),
	"update by a sub-select": func(tx *store.Tx, _, t *tenant) (any, error) {
		return nil, store.Query[paper](tx).Where("1 = 1").Update("name", store.Query[paper](tx).Select("name").Where("id = ?", id(t))).Error
	},
	"a row given away": query(func(q *gorm.DB, o, t *tenant) (any, error) {
		return nil, q.Where("id = ?", id(o)).Update("supplier_id", t.rows["suppliers"]).Error
	}),
	"a row given away with a struct": query(func(q *gorm.DB, o, t *tenant) (any, error) {
		return nil, q.Where("id = ?", id(o)).Updates(&paper{SupplierID: t.rows["suppliers"]}).Error
	}),
	"save of a forged row": query(func(q *gorm.DB, _, t *tenant) (any, error) { return nil, q.Save(foreign(t)).Error }),
	"save of rows":         query(func(q *gorm.DB, _, t *tenant) (any, error) { return nil, q.Save([]*paper{foreign(t)}).Error }),
	"delete": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		return nil, q.Where("id = ?", id(t)).Delete(&paper{}).Error
	}),
	"delete or": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		return nil, q.Where("1 = 0").Or("id = ?", id(t)).Delete(&paper{}).Error
	}),
	"delete of a forged row": query(func(q *gorm.DB, _, t *tenant) (any, error) { return nil, q.Delete(foreign(t)).Error }),
	"delete by key":          query(func(q *gorm.DB, _, t *tenant) (any, error) { return nil, q.Delete(&paper{}, "id = ?", id(t)).Error }),
	"delete of all": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		return nil, q.Session(&gorm.Session{AllowGlobalUpdate: true}).Delete(&paper{}).Error
	}),
	"delete unscoped": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		return nil, q.Unscoped().Delete(&paper{}, "id = ?", id(t)).Error
	}),
	"create": query(func(q *gorm.DB, _, t *tenant) (any, error) { return nil, q.Create(fresh(t.rows["suppliers"])).Error }),
	"create of several": query(func(q *gorm.DB, o, t *tenant) (any, error) {
		return nil, q.Create([]*paper{fresh(o.rows["suppliers"]), fresh(t.rows["suppliers"])}).Error
	}),
	"create in batches": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		return nil, q.CreateInBatches([]*paper{fresh(t.rows["suppliers"])}, 1).Error
	}),
	"create with a map": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		return nil, q.Create(map[string]any{"id": uuid.New(), "version": 1, "created_at": "2026-03-02", "supplier_id": t.rows["suppliers"], "kind": "", "name": "put in", "number": "", "covers": "", "expires_on": ""}).Error
	}),
	"create over what is there": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		return nil, q.Clauses(clause.OnConflict{UpdateAll: true}).Create(foreign(t)).Error
	}),
	"create over some columns": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		return nil, q.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.Assignments(map[string]any{"name": "taken"})}).Create(foreign(t)).Error
	}),
	"create beside what is there": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		return nil, q.Clauses(clause.OnConflict{DoNothing: true}).Create(fresh(t.rows["suppliers"])).Error
	}),
	"create with its relation": func(tx *store.Tx, _, t *tenant) (any, error) {
		p := fresh(t.rows["suppliers"])
		p.Firm = &firm{ID: t.rows["suppliers"], Name: "taken"}
		return nil, store.Query[paper](tx).Create(p).Error
	},
	"first or create": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		var p paper
		err := q.Where("id = ?", id(t)).Attrs(fresh(t.rows["suppliers"])).FirstOrCreate(&p).Error
		return nil, err
	}),
	"an association appended": func(tx *store.Tx, o, t *tenant) (any, error) {
		return nil, store.Query[firm](tx).Model(&firm{ID: o.rows["suppliers"]}).Association("Papers").Append(foreign(t))
	},
	"an association replaced": func(tx *store.Tx, _, t *tenant) (any, error) {
		return nil, store.Query[firm](tx).Model(&firm{ID: t.rows["suppliers"]}).Association("Papers").Replace(fresh(t.rows["suppliers"]))
	},
	"an association cleared": func(tx *store.Tx, _, t *tenant) (any, error) {
		return nil, store.Query[firm](tx).Model(&firm{ID: t.rows["suppliers"]}).Association("Papers").Clear()
	},
	"exec": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		return nil, q.Exec("UPDATE certificates SET name = 'taken'").Error
	}),
	"exec of a new session": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		return nil, q.Session(&gorm.Session{NewDB: true}).Exec("DELETE FROM certificates").Error
	}),
	"exec of the connection": query(func(q *gorm.DB, _, _ *tenant) (any, error) {
		_, err := q.Statement.ConnPool.ExecContext(context.Background(), "DELETE FROM certificates")
		return nil, err
	}),
	"a transaction inside": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		return nil, q.Transaction(func(inner *gorm.DB) error {
			return inner.Model(&paper{}).Where("id = ?", id(t)).Update("name", "taken").Error
		})
	}),
	"a transaction begun": query(func(q *gorm.DB, _, t *tenant) (any, error) {
		inner := q.Begin(&sql.TxOptions{})
		return nil, inner.Model(&paper{}).Where("id = ?", id(t)).Update("name", "taken").Error
	}),
	"the store creates": func(tx *store.Tx, _, t *tenant) (any, error) {
		return nil, tx.Create(fresh(t.rows["suppliers"]), audit.Action("test"))
	},
	"the store inserts": func(tx *store.Tx, _, t *tenant) (any, error) { return nil, tx.Insert(fresh(t.rows["suppliers"])) },
	"the store ensures": func(tx *store.Tx, _, t *tenant) (any, error) { return nil, tx.Ensure(fresh(t.rows["suppliers"])) },
	"the store deletes": func(tx *store.Tx, _, t *tenant) (any, error) { return nil, tx.Delete(foreign(t), audit.Action("test")) },
	"the store gives away": func(tx *store.Tx, o, t *tenant) (any, error) {
		p, err := store.Find[paper](tx, id(o))
		if err != nil {
			return nil, err
		}
		p.SupplierID = t.rows["suppliers"]
		return nil, tx.Save(p, audit.Action("test"))
	},
}
