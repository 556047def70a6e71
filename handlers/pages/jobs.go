package pages

import (
	"slices"
	"strconv"
	"time"

	"sicrwydd/models/fault"
	"sicrwydd/models/store"
	"sicrwydd/templates"
)

type jobsData struct {
	State  string // asked for; empty: all
	States []jobCount
	Rows   []jobRow
}

type jobCount struct {
	State string
	N     int
}

type jobRow struct {
	ID           int64
	Kind         string // in words, or as the program calls it
	State        string
	Attempt, Max int
	At           time.Time
	Failed       string // why it failed last
	May          struct{ Retry, Cancel bool }
}

// Jobs lists the newest jobs for an administrator: what failed, and why.
func (p *Pages) Jobs(v *View) error {
	data := jobsData{State: v.Query("state")}
	if data.State != "" && !slices.Contains(store.JobStates, data.State) {
		return fault.Invalid("list.filter-unknown")
	}
	jobs, err := p.DB.Jobs(v.UserContext(), v.Actor(), data.State)
	if err != nil {
		return err
	}
	for _, state := range store.JobStates {
		if n := jobs.Counts[state]; n > 0 {
			data.States = append(data.States, jobCount{state, n})
		}
	}
	words := templates.Words(v.Lang())
	for _, job := range jobs.Items {
		row := jobRow{ID: job.ID, Kind: job.Kind, State: string(job.State), Attempt: job.Attempt, Max: job.MaxAttempts, At: job.CreatedAt}
		if key := "job.kind." + job.Kind; words.Has(key) {
			if row.Kind, err = words.T(key); err != nil {
				return err
			}
		}
		if n := len(job.Errors); n > 0 {
			row.Failed = job.Errors[n-1].Error
		}
		over := job.FinalizedAt != nil
		row.May.Retry = row.State != "running" && row.State != "available" && row.State != "completed"
		row.May.Cancel = !over
		data.Rows = append(data.Rows, row)
	}
	return v.Show(Page{Name: "jobs", TitleKey: "nav.jobs", Data: data, Wide: true})
}

// JobRetry lets a job run again.
func (p *Pages) JobRetry(v *View) error {
	id, err := strconv.ParseInt(v.Params("id"), 10, 64)
	if err != nil {
		return fault.NotFound()
	}
	if err := p.DB.RetryJob(v.UserContext(), v.Actor(), id); err != nil {
		return err
	}
	return v.Go("/jobs", "flash.job-retried")
}

// JobCancel stops a job for good.
func (p *Pages) JobCancel(v *View) error {
	id, err := strconv.ParseInt(v.Params("id"), 10, 64)
	if err != nil {
		return fault.NotFound()
	}
	if err := p.DB.CancelJob(v.UserContext(), v.Actor(), id); err != nil {
		return err
	}
	return v.Go("/jobs", "flash.job-cancelled")
}
