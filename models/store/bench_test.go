package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"

	"sicrwydd/models/directory"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

// writing is for how long each number of writers writes.
const writing = 4 * time.Second

// BenchmarkAuditedWrites compares changes, each with its audit event, with the
// same rows written without, by GORM and by hand: an organisation renamed, in a
// transaction of its own, by 1, 8 and 32 writers. It also tells how far the
// sealer lags meanwhile, and how long it takes to seal what is left.
func BenchmarkAuditedWrites(b *testing.B) {
	s := storetest.SharePostgres(b)
	db := s.Open()
	unaudited, err := gorm.Open(postgres.New(postgres.Config{Conn: s.Raw}), &gorm.Config{SkipDefaultTransaction: true, Logger: logger.Discard})
	if err != nil {
		b.Fatal(err)
	}
	for _, writers := range []int{1, 8, 32} {
		b.Run(fmt.Sprint(writers), func(b *testing.B) {
			rows := make([]*directory.Organisation, writers)
			for i := range rows {
				rows[i] = addOrganisationNamed(b, db, fmt.Sprint("Written ", writers, " ", i))
			}
			sealAll(b, db)
			ctx, stop := context.WithCancel(b.Context())
			var sealer sync.WaitGroup
			sealer.Go(func() { db.Seal(ctx) })
			var lag atomic.Int64
			sealer.Go(func() { watchLag(ctx, s.Raw, &lag) })
			for b.Loop() {
				plain := perSecond(writers, func(i, n int) error { return renameRaw(b.Context(), s.Raw, rows[i], n) })
				byGORM := perSecond(writers, func(i, n int) error { return renameUnaudited(b.Context(), unaudited, rows[i], n) })
				audited := perSecond(writers, func(i, n int) error { return renameAudited(b.Context(), db, rows[i], n) })
				stopped := time.Now()
				for pendingNow(b, s.Raw) > 0 {
					time.Sleep(10 * time.Millisecond)
				}
				b.ReportMetric(audited, "changes/s")
				b.ReportMetric(byGORM, "unaudited/s")
				b.ReportMetric(100*audited/byGORM, "%-of-unaudited")
				b.ReportMetric(plain, "plain/s")
				b.ReportMetric(100*audited/plain, "%-of-plain")
				b.ReportMetric(float64(lag.Load())/1000, "s-lag")
				b.ReportMetric(time.Since(stopped).Seconds(), "s-to-drain")
			}
			stop()
			sealer.Wait()
		})
	}
}

func addOrganisationNamed(b *testing.B, db *store.DB, name string) *directory.Organisation {
	b.Helper()
	o, err := directory.New(db).AddOrganisation(b.Context(), program, directory.Input{Name: lang.Text{En: name}, Kind: directory.Kinds[0]})
	if err != nil {
		b.Fatal(err)
	}
	return o
}

// perSecond lets writers write for a while and gives how many writes a second
// there were: the median of the seconds.
func perSecond(writers int, write func(writer, n int) error) float64 {
	var done atomic.Int64
	ctx, stop := context.WithTimeout(context.Background(), writing)
	defer stop()
	var work sync.WaitGroup
	for i := range writers {
		work.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				if write(i, n) == nil {
					done.Add(1)
				}
			}
		})
	}
	var seconds []int64
	for range int(writing / time.Second) {
		before := done.Load()
		time.Sleep(time.Second)
		seconds = append(seconds, done.Load()-before)
	}
	work.Wait()
	slices.Sort(seconds)
	return float64(seconds[len(seconds)/2])
}

// renameUnaudited writes the row as the change does, through GORM, without its
// event.
func renameUnaudited(ctx context.Context, db *gorm.DB, o *directory.Organisation, n int) error {
	return db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		row := new(directory.Organisation)
		if err := tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id = ?", o.ID).Take(row).Error; err != nil {
			return err
		}
		return tx.Model(&directory.Organisation{}).Where("id = ?", o.ID).
			Updates(map[string]any{"name_en": fmt.Sprint("Unaudited ", n), "version": gorm.Expr("version")}).Error
	})
}

// renameRaw writes the row as the change does, without its event.
func renameRaw(ctx context.Context, raw *sql.DB, o *directory.Organisation, n int) error {
	tx, err := raw.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	var id string
	if err := tx.QueryRowContext(ctx, "SELECT id FROM organisations WHERE id = $1 FOR UPDATE", o.ID).Scan(&id); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE organisations SET name_en = $1, version = version WHERE id = $2", fmt.Sprint("Plain ", n), o.ID); err != nil {
		return err
	}
	return tx.Commit()
}

func renameAudited(ctx context.Context, db *store.DB, o *directory.Organisation, n int) error {
	_, err := store.Change(ctx, db, program, func(tx *store.Tx) (bool, error) {
		row, err := store.Lock[directory.Organisation](tx, o.ID)
		if err != nil {
			return false, err
		}
		row.Name.En = fmt.Sprint("Audited ", n)
		return true, tx.Save(row, directory.OrganisationChanged)
	})
	return err
}

// watchLag keeps the longest time, in milliseconds, that an event waited for
// the seal.
func watchLag(ctx context.Context, raw *sql.DB, longest *atomic.Int64) {
	for ctx.Err() == nil {
		var at sql.NullTime
		err := raw.QueryRowContext(ctx, "SELECT min(e.at) FROM audit_pending p JOIN audit_events e ON e.id = p.event_id").Scan(&at)
		if err == nil && at.Valid {
			longest.Store(max(longest.Load(), time.Since(at.Time).Milliseconds()))
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func pendingNow(b *testing.B, raw *sql.DB) (n int) {
	b.Helper()
	if err := raw.QueryRowContext(b.Context(), "SELECT count(*) FROM audit_pending").Scan(&n); err != nil {
		b.Fatal(err)
	}
	return n
}
