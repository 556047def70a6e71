package api

import (
	"context"

	"sicrwydd/models/portfolio"
)

// Dashboard gives how things stand, in figures, as far as the reader sees.
func (a *API) Dashboard(ctx context.Context, _ *struct{}) (*struct{ Body *portfolio.Dashboard }, error) {
	d, err := a.Portfolio.RecentDashboard(ctx, actor(ctx))
	if err != nil {
		return nil, err
	}
	return &struct{ Body *portfolio.Dashboard }{d}, nil
}
