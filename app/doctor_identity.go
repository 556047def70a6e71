package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"sicrwydd/handlers/request"
	"sicrwydd/models/fault"
)

func (p *program) lookAtAddress(context.Context) request.Health {
	u, _ := url.Parse(p.config.PublicURL)
	local := u.Hostname() == "localhost" || strings.HasPrefix(u.Hostname(), "127.")
	args := fault.Args{"Address": p.config.PublicURL}
	if u.Scheme == "http" && !local {
		return ill("address.bare", "address", args)
	}
	return well("address", args)
}

// lookAtProviders asks each provider of identities where it answers. One that
// is down or calls itself otherwise lets nobody in, but all else stands.
func (p *program) lookAtProviders(ctx context.Context) request.Health {
	var wrong []error
	for _, provider := range p.config.Providers {
		if err := provider.Examine(ctx); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", provider.Key, err))
		}
	}
	switch {
	case len(wrong) > 0:
		return broken(errors.Join(wrong...), "providers.silent", "providers")
	case len(p.config.Providers) == 0:
		return well("providers.none", nil)
	}
	return well("providers", fault.Args{"Number": len(p.config.Providers)})
}

// lookAtPasskeys says whether browsers have passkeys at the public address: they
// belong to its name, and without one those that people made let nobody in.
func (p *program) lookAtPasskeys(ctx context.Context) request.Health {
	args := fault.Args{"Address": p.config.PublicURL}
	made, err := p.services.Identity.PasskeysMade(ctx)
	switch {
	case err != nil:
		return broken(err, "database.unread", "migrate")
	case p.services.Identity.HasPasskeys():
		u, _ := url.Parse(p.config.PublicURL)
		return well("passkeys", fault.Args{"Name": u.Hostname()})
	case made > 0:
		return ill("passkeys.lost", "passkeys", args)
	}
	return amiss("passkeys.none", "passkeys", args)
}
