package main

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"sicrwydd/handlers/request"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
)

// What a request takes of what one may ask in a minute.
const (
	costOfPage = 1
	costOfFile = 10 // one that is made for the request, or a large one sent with it
)

// paceAddress refuses an address that asks too often, before anything is looked
// up for it.
func (p *program) paceAddress(c *fiber.Ctx) error {
	if strings.HasPrefix(c.Path(), "/assets/") {
		return c.Next()
	}
	return p.pace(c, "address "+identity.Network(request.From(c.UserContext()).Origin), p.config.RateAddress)
}

// pacePerson refuses a person who asks too often, in the browser and by tokens
// apart.
func (p *program) pacePerson(c *fiber.Ctx) error {
	if strings.HasPrefix(c.Path(), "/assets/") {
		return c.Next()
	}
	return p.pace(c, askerOf(request.From(c.UserContext())), p.config.RatePerson)
}

// askerOf is who counts as one: a person in the browser, their tokens, or an
// address from which nobody has signed in.
func askerOf(visit *request.Visit) string {
	switch {
	case visit.Signed == nil:
		return "nobody at " + identity.Network(visit.Origin)
	case visit.Signed.Session == nil:
		return "tokens of " + visit.Signed.User.ID.String()
	}
	return "person " + visit.Signed.User.ID.String()
}

func (p *program) pace(c *fiber.Ctx, who string, most int) error {
	if most == 0 {
		return c.Next()
	}
	if wait := p.rates.Take(who, cost(c), most); wait > 0 {
		if cost(c) == costOfFile {
			turnAway(c)
		}
		return fault.TooMany("too-many", wait)
	}
	return c.Next()
}

// cost tells a request for a file, or with one, from all others.
func cost(c *fiber.Ctx) int {
	path := c.Path()
	for _, ending := range []string{".pdf", ".xlsx", ".csv", "/export"} {
		if strings.HasSuffix(path, ending) {
			return costOfFile
		}
	}
	if c.Request().Header.ContentLength() > largestForm {
		return costOfFile
	}
	return costOfPage
}
