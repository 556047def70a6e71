package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/fault"
)

// What an administrator does with jobs, in the audit log.
const (
	JobRetried   audit.Action = "job.retried"
	JobCancelled audit.Action = "job.cancelled"
)

// Jobs are the newest jobs, and how many there are in each state.
type Jobs struct {
	Items  []*rivertype.JobRow
	Counts map[string]int
}

// JobStates lists the states of a job, those that ask for somebody first.
var JobStates = []string{"discarded", "retryable", "running", "available", "scheduled", "pending", "cancelled", "completed"}

// newestJobs is how many a page shows.
const newestJobs = 100

// job stands for a job in the audit log; which one, the note says.
type job struct{ Row }

// Scope lets nobody query it: the rows are not ours.
func (job) Scope(by access.Actor) Condition { return OnlyProgram(by) }

// AuditKind names the thing in the audit log.
func (*job) AuditKind() string { return "job" }

// AuditAbout is nothing that people look up.
func (*job) AuditAbout() uuid.UUID { return uuid.Nil }

// Jobs gives the newest jobs, those in one state where it is named.
func (db *DB) Jobs(ctx context.Context, by access.Actor, state string) (*Jobs, error) {
	if !by.Holds(access.Settings) {
		return nil, fault.Forbidden("forbidden")
	}
	counts, err := db.countBy(ctx, "SELECT state, count(*) FROM river_job GROUP BY state")
	if err != nil {
		return nil, err
	}
	return Read(ctx, db, by, func(tx *Tx) (*Jobs, error) {
		params := river.NewJobListParams().First(newestJobs).OrderBy(river.JobListOrderByID, river.SortOrderDesc)
		if state != "" {
			params = params.States(rivertype.JobState(state))
		}
		found, err := db.jobs.JobListTx(tx.Context, tx.sql, params)
		if err != nil {
			return nil, fmt.Errorf("list jobs: %w", err)
		}
		return &Jobs{found.Jobs, counts}, nil
	})
}

// RetryJob lets a job run again now, whatever became of it.
func (db *DB) RetryJob(ctx context.Context, by access.Actor, id int64) error {
	return db.changeJob(ctx, by, id, JobRetried, db.jobs.JobRetryTx)
}

// CancelJob stops a job for good, unless it is over.
func (db *DB) CancelJob(ctx context.Context, by access.Actor, id int64) error {
	return db.changeJob(ctx, by, id, JobCancelled, db.jobs.JobCancelTx)
}

func (db *DB) changeJob(ctx context.Context, by access.Actor, id int64, action audit.Action, change jobChange) error {
	_, err := Change(ctx, db, by, func(tx *Tx) (bool, error) {
		if !by.Holds(access.Settings) {
			return false, fault.Forbidden("forbidden")
		}
		row, err := change(tx.Context, tx.sql, id)
		if errors.Is(err, rivertype.ErrNotFound) {
			return false, fault.NotFound()
		}
		if err != nil {
			return false, fmt.Errorf("job %d: %w", id, err)
		}
		return true, tx.Note(&job{NewRow()}, action, row.Kind+" "+strconv.FormatInt(id, 10))
	})
	return err
}

type jobChange func(context.Context, *sql.Tx, int64) (*rivertype.JobRow, error)
