package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync/atomic"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
)

// Scoped is what every stored thing must be: it says which of its rows an
// actor may see. A thing that does not say so cannot be queried.
type Scoped interface {
	Scope(by access.Actor) Condition
}

// conn is the connection of one transaction with its actor. It is kept by
// every session that GORM derives, and refuses SQL that the scope has not
// stamped, so that no way of writing a query goes around it.
type conn struct {
	on    *Tx
	by    access.Actor
	asked *atomic.Int64
	binds func([]any) []any
}

// asBytes gives PostgreSQL identities as they are kept, not as text to be
// parsed: a list of things carries hundreds of them.
func asBytes(args []any) []any {
	for i, arg := range args {
		if id, ok := arg.(uuid.UUID); ok {
			args[i] = [16]byte(id)
		}
	}
	return args
}

func asGiven(args []any) []any { return args }

type stampKey struct{}

var errUnscoped = errors.New("store: SQL that carries no scope is refused")

func stamped(ctx context.Context) error {
	if ctx.Value(stampKey{}) == nil {
		return errUnscoped
	}
	return nil
}

func (c *conn) PrepareContext(context.Context, string) (*sql.Stmt, error) { return nil, errUnscoped }

func (c *conn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := stamped(ctx); err != nil {
		return nil, err
	}
	return c.on.exec(ctx, query, c.binds(args)...)
}

func (c *conn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := stamped(ctx); err != nil {
		return nil, err
	}
	c.asked.Add(1)
	return c.on.query(ctx, query, c.binds(args)...)
}

func (c *conn) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if stamped(ctx) != nil {
		cancelled, cancel := context.WithCancel(ctx)
		cancel() // a *sql.Row cannot carry an error of ours: a cancelled context makes it fail
		return c.on.sql.QueryRowContext(cancelled, query, args...)
	}
	return c.on.queryRow(ctx, query, c.binds(args)...)
}

// guard puts the scope before everything that GORM runs.
func guard(db *gorm.DB) error {
	cb := db.Callback()
	return errors.Join(
		cb.Query().Before("gorm:query").Register("sicrwydd:scope", scopeQuery),
		cb.Query().After("gorm:query").Register("sicrwydd:unstamp", unstamp),
		cb.Row().Before("gorm:row").Register("sicrwydd:scope", scopeQuery),
		cb.Row().After("gorm:row").Register("sicrwydd:unstamp", unstamp),
		cb.Update().Before("gorm:update").Register("sicrwydd:scope", scopeUpdate),
		cb.Update().After("gorm:update").Register("sicrwydd:kept", keptInside),
		cb.Delete().Before("gorm:delete").Register("sicrwydd:scope", scopeWrite),
		cb.Delete().After("gorm:delete").Register("sicrwydd:unstamp", unstamp),
		cb.Create().Before("gorm:create").Register("sicrwydd:scope", scopeCreate),
		cb.Create().After("gorm:create").Register("sicrwydd:kept", createdInside),
		cb.Raw().Before("gorm:raw").Register("sicrwydd:refuse", func(db *gorm.DB) { _ = db.AddError(errUnscoped) }),
	)
}

func unstamp(db *gorm.DB) {
	if inner, ok := db.Statement.Context.(*stampedContext); ok {
		db.Statement.Context = inner.Context
	}
}

type stampedContext struct{ context.Context }

func (c *stampedContext) Value(key any) any {
	if key == (stampKey{}) {
		return true
	}
	return c.Context.Value(key)
}

// scopeOf finds the condition of the statement's model for its actor.
func scopeOf(db *gorm.DB) (Condition, bool) {
	st := db.Statement
	c, guarded := st.ConnPool.(*conn)
	switch {
	case db.Error != nil:
		return Condition{}, false
	case !guarded || st.Schema == nil || st.TableExpr != nil || st.SQL.Len() > 0 || len(st.Joins) > 0 ||
		st.Table != st.Schema.Table:
		_ = db.AddError(errUnscoped)
		return Condition{}, false
	}
	model, ok := reflect.New(st.Schema.ModelType).Interface().(Scoped)
	if !ok {
		_ = db.AddError(fmt.Errorf("store: %s has no scope", st.Schema.ModelType))
		return Condition{}, false
	}
	return model.Scope(c.by), true
}

func scopeQuery(db *gorm.DB) {
	scope, ok := scopeOf(db)
	if !ok {
		return
	}
	around(db.Statement, scope)
	db.Statement.Context = &stampedContext{db.Statement.Context}
}

// scopeWrite is scopeQuery for updates and deletes; the scope must not count
// as the condition that GORM asks of them.
func scopeWrite(db *gorm.DB) {
	where, asked := db.Statement.Clauses["WHERE"].Expression.(clause.Where)
	if db.Error == nil && (!asked || len(where.Exprs) == 0) {
		_ = db.AddError(gorm.ErrMissingWhereClause)
	}
	scopeQuery(db)
}

// scopeUpdate is scopeWrite that remembers which rows are written: they must be
// in the scope afterwards too.
func scopeUpdate(db *gorm.DB) {
	scope, ok := scopeOf(db)
	if !ok {
		return
	}
	key := db.Statement.Schema.PrioritizedPrimaryField
	if where, asked := db.Statement.Clauses["WHERE"].Expression.(clause.Where); asked && !scope.all() {
		if key == nil { // of several columns: the program alone writes such rows
			_ = db.AddError(errUnscoped)
			return
		}
		var keys []string
		q := alike(db).Clauses(where)
		if err := q.Pluck(key.DBName, &keys).Error; err != nil {
			_ = db.AddError(err)
			return
		}
		db.InstanceSet(writtenKeys, keys)
	}
	scopeWrite(db)
}

// writtenKeys are the rows that an update is about to write.
const writtenKeys = "sicrwydd:written"

// keptInside refuses an update that took a row out of the scope.
func keptInside(db *gorm.DB) {
	unstamp(db)
	if keys, ok := db.InstanceGet(writtenKeys); ok {
		inside(db, len(keys.([]string)), keys) //nolint:forcetypeassert // set above
	}
}

// createdInside refuses rows that were created out of the scope.
func createdInside(db *gorm.DB) {
	unstamp(db)
	st := db.Statement
	if db.Error != nil {
		return
	}
	if c, ok := st.ConnPool.(*conn); !ok || reflect.New(st.Schema.ModelType).Interface().(Scoped).Scope(c.by).all() { //nolint:forcetypeassert // scopeOf found it
		return
	}
	if st.Schema.PrioritizedPrimaryField == nil {
		_ = db.AddError(errUnscoped)
		return
	}
	var keys []any
	key := func(row reflect.Value) {
		value, _ := st.Schema.PrioritizedPrimaryField.ValueOf(st.Context, row)
		keys = append(keys, value)
	}
	switch rows := st.ReflectValue; rows.Kind() {
	case reflect.Slice, reflect.Array:
		for i := range rows.Len() {
			key(reflect.Indirect(rows.Index(i)))
		}
	case reflect.Struct:
		key(rows)
	default: // a map names no key that could be counted
		_ = db.AddError(errUnscoped)
		return
	}
	inside(db, len(keys), keys)
}

// inside refuses what was written when not all of it is in the scope.
func inside(db *gorm.DB, written int, keys any) {
	if db.Error != nil || written == 0 {
		return
	}
	var seen int64
	err := alike(db).Where(clause.IN{Column: clause.PrimaryColumn, Values: values(keys)}).Count(&seen).Error
	if err == nil && int(seen) < written {
		err = fault.Forbidden("forbidden")
	}
	_ = db.AddError(err)
}

func values(keys any) []any {
	var all []any
	list := reflect.ValueOf(keys)
	for i := range list.Len() {
		all = append(all, list.Index(i).Interface())
	}
	return all
}

// alike begins another query of the same things for the same actor.
func alike(db *gorm.DB) *gorm.DB {
	return db.Session(&gorm.Session{NewDB: true}).Model(reflect.New(db.Statement.Schema.ModelType).Interface())
}

func scopeCreate(db *gorm.DB) {
	if _, ok := scopeOf(db); !ok {
		return
	}
	if conflict, ok := db.Statement.Clauses["ON CONFLICT"].Expression.(clause.OnConflict); ok && !conflict.DoNothing {
		_ = db.AddError(errUnscoped)
		return
	}
	db.Statement.Context = &stampedContext{db.Statement.Context}
}

// around wraps everything that was asked, ORs included, and the scope in one
// pair of brackets each.
func around(st *gorm.Statement, scope Condition) {
	c := st.Clauses["WHERE"]
	asked, _ := c.Expression.(clause.Where)
	c.Name = "WHERE"
	c.Expression = clause.Where{Exprs: []clause.Expression{bracketed{asked: asked, scope: scope}}}
	st.Clauses["WHERE"] = c
}

// closed reports whether a condition stays within the brackets around it: it
// closes none that it did not open, and turns nothing after it into a comment.
func closed(condition string) bool {
	depth := 0
	var in rune // the quote that it is within
	for i, r := range condition {
		rest := condition[i:]
		switch {
		case in != 0:
			if r == in {
				in = 0
			}
		case r == '\'' || r == '"' || r == '`':
			in = r
		case r == '(':
			depth++
		case r == ')':
			if depth--; depth < 0 {
				return false
			}
		case r == ';', strings.HasPrefix(rest, "--"), strings.HasPrefix(rest, "/*"):
			return false
		}
	}
	return depth == 0 && in == 0
}

type bracketed struct {
	asked clause.Where
	scope Condition
}

func (b bracketed) Build(builder clause.Builder) {
	if len(b.asked.Exprs) > 0 {
		_ = builder.WriteByte('(')
		st, ok := builder.(*gorm.Statement)
		if !ok {
			return
		}
		begin := st.SQL.Len()
		b.asked.Build(builder)
		if !closed(st.SQL.String()[begin:]) {
			_ = st.AddError(errUnscoped)
		}
		_, _ = builder.WriteString(") AND ")
	}
	_ = builder.WriteByte('(')
	clause.Expr{SQL: b.scope.SQL, Vars: b.scope.Args}.Build(builder)
	_ = builder.WriteByte(')')
}
