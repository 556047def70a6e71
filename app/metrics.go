package main

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"sicrwydd/handlers/request"
	"sicrwydd/models/fault"
	"sicrwydd/models/store"
)

// meter measures what this node does.
type meter struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

func newMeter(db *store.DB) *meter {
	m := &meter{registry: prometheus.NewRegistry(), requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "sicrwydd_http_request_seconds", Help: "How long requests took, by route and status.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"method", "route", "status"})}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "sicrwydd_build_info", Help: "Always 1; the version is its label.",
		ConstLabels: prometheus.Labels{"version": version}})
	build.Set(1)
	m.registry.MustRegister(m.requests, build, backlogCollector{db}, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// observe measures and logs each request: by its route, never its address,
// which may hold what is nobody's business; by the id of who asked, never their
// name; and, where it was refused, by the keys of why.
func (m *meter) observe(c *fiber.Ctx) error {
	begun := time.Now()
	if err := c.Next(); err != nil {
		if err := c.App().ErrorHandler(c, err); err != nil {
			return err
		}
	}
	took, route, status := time.Since(begun), c.Route().Path, c.Response().StatusCode()
	m.requests.WithLabelValues(c.Method(), route, strconv.Itoa(status)).Observe(took.Seconds())
	level := slog.LevelInfo
	if status >= fiber.StatusInternalServerError {
		level = slog.LevelWarn // the cause was logged where it was known
	}
	visit := request.From(c.UserContext())
	line := []any{"request", visit.ID, "method", c.Method(), "route", route, "status", status, "ms", took.Milliseconds()}
	if visit.Signed != nil {
		line = append(line, "user", visit.Signed.User.ID.String())
	}
	if visit.Refused != "" {
		line = append(line, "refused", visit.Refused)
	}
	slog.Log(c.UserContext(), level, "request", line...)
	return nil
}

// serve shows the figures to this machine alone: who comes through a proxy is
// elsewhere.
func (m *meter) serve() fiber.Handler {
	show := adaptor.HTTPHandler(promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	return func(c *fiber.Ctx) error {
		for _, header := range []string{fiber.HeaderXForwardedFor, "Forwarded", "X-Real-Ip", "Via"} {
			if c.Get(header) != "" {
				return fault.NotFound()
			}
		}
		if !c.Context().RemoteIP().IsLoopback() {
			return fault.NotFound()
		}
		return show(c)
	}
}

// backlogCollector reads what waits when it is asked.
type backlogCollector struct{ db *store.DB }

var (
	jobsWaiting  = prometheus.NewDesc("sicrwydd_jobs", "Jobs that are not over, by state.", []string{"state"}, nil)
	oldestJob    = prometheus.NewDesc("sicrwydd_oldest_job_seconds", "How long the oldest job that may run has waited.", nil, nil)
	unsealed     = prometheus.NewDesc("sicrwydd_audit_unsealed", "Audit events that wait for the seal.", nil, nil)
	mailsByState = prometheus.NewDesc("sicrwydd_mails", "Mails, by state.", []string{"state"}, nil)
	connections  = prometheus.NewDesc("sicrwydd_database_connections", "Connections to the database, by use.", []string{"use"}, nil)
)

// Describe lists the figures.
func (backlogCollector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{jobsWaiting, oldestJob, unsealed, mailsByState, connections} {
		to <- d
	}
}

// Collect reads the figures.
func (c backlogCollector) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	pool := c.db.Pool()
	gauge(connections, float64(pool.InUse), "busy")
	gauge(connections, float64(pool.Idle), "idle")
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	b, err := c.db.Backlog(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(jobsWaiting, err)
		return
	}
	for state, n := range b.Jobs {
		gauge(jobsWaiting, float64(n), state)
	}
	for state, n := range b.Mails {
		gauge(mailsByState, float64(n), state)
	}
	gauge(oldestJob, b.OldestDue.Seconds())
	gauge(unsealed, float64(b.Unsealed))
}
