package main

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/sync/semaphore"

	"sicrwydd/handlers/request"
	"sicrwydd/models/fault"
)

// How many large bodies one node holds at once, and one who asks: each is in
// memory while it comes and while it is looked at, twice over at most, and never
// on the disk as it came.
const (
	largeAtOnce    = 16
	largeOfOne     = 4
	waitToTakeIn   = 20 * time.Second
	largestOfGuest = 8 << 20 // of who has not signed in: a report to be verified
)

// intake counts the large bodies that are held.
type intake struct {
	places *semaphore.Weighted
	mu     sync.Mutex
	of     map[string]int
}

func newIntake() *intake {
	return &intake{places: semaphore.NewWeighted(largeAtOnce), of: map[string]int{}}
}

// hold takes a place for a large body, and gives what returns it.
func (i *intake) hold(ctx context.Context, who string) (leave func(), err error) {
	if !i.enter(who) {
		return nil, fault.TooMany("too-many", waitToTakeIn)
	}
	waiting, cancel := context.WithTimeout(ctx, waitToTakeIn)
	defer cancel()
	if i.places.Acquire(waiting, 1) != nil {
		i.leave(who)
		return nil, fault.TooMany("too-many", waitToTakeIn)
	}
	return func() { i.places.Release(1); i.leave(who) }, nil
}

func (i *intake) enter(who string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.of[who] >= largeOfOne {
		return false
	}
	i.of[who]++
	return true
}

func (i *intake) leave(who string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.of[who]--; i.of[who] == 0 {
		delete(i.of, who)
	}
}

// takeIn reads the body of a request, once it is known who asks: what is too
// large is refused unread, and a large one waits for its place.
func (p *program) takeIn(c *fiber.Ctx) error {
	asked, visit := c.Request(), request.From(c.UserContext())
	limit := largestBody(c.Method(), c.Path(), c.Get(fiber.HeaderContentType))
	if visit.Signed == nil {
		limit = min(limit, largestOfGuest)
	}
	size := asked.Header.ContentLength()
	if size > limit || c.Get(tooLarge) != "" {
		turnAway(c)
		return fault.TooLarge("too-large")
	}
	if !asked.IsBodyStream() || size == 0 {
		return c.Next()
	}
	if limit > largestForm && (size < 0 || size > largestForm) {
		leave, err := p.intake.hold(c.UserContext(), askerOf(visit))
		if err != nil {
			turnAway(c)
			return err
		}
		defer leave()
	}
	body, err := io.ReadAll(io.LimitReader(asked.BodyStream(), int64(limit)+1))
	late := net.Error(nil)
	switch {
	case errors.As(err, &late) && late.Timeout():
		turnAway(c)
		return fiber.ErrRequestTimeout
	case err != nil, len(body) < size:
		turnAway(c)
		return fault.Malformed("malformed")
	case len(body) > limit:
		turnAway(c)
		return fault.TooLarge("too-large")
	}
	asked.SetBodyRaw(body)
	return c.Next()
}

// turnAway ends the connection once a body is refused, and takes in what is
// still on its way: a browser that may not send on shows an error of its own
// instead of our answer.
func turnAway(c *fiber.Ctx) {
	c.Context().SetConnectionClose()
	if g, ok := c.Context().Conn().(*guest); ok {
		g.heeds.Store(2 * largestUpload)
	}
}
