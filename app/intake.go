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

// How many large bodies one node holds at once: each is in memory while it comes
// and while it is looked at, twice over at most, and never on the disk as it came.
const (
	largeAtOnce    = 16
	largeOfOne     = 4 // of one person of ours, or of one supplier
	largeOfGuests  = 4 // of all who have not signed in, one of each network
	largestOfGuest = 8 << 20
)

// intake has the places of large bodies.
type intake struct {
	wait           time.Duration // for a place
	places, guests *semaphore.Weighted
	mu             sync.Mutex
	of             map[string]*share
}

// share is what one may hold of the places, kept while anybody asks for it.
type share struct {
	places *semaphore.Weighted
	asking int
}

func newIntake() *intake {
	return &intake{wait: 20 * time.Second, places: semaphore.NewWeighted(largeAtOnce), guests: semaphore.NewWeighted(largeOfGuests), of: map[string]*share{}}
}

// hold waits for a place for a large body, and gives what returns it. Who has
// not signed in takes none of those of others, nor does one supplier all.
func (i *intake) hold(ctx context.Context, visit *request.Visit) (leave func(), err error) {
	who, most, places := askerOf(visit), int64(largeOfOne), i.places
	switch signed := visit.Signed; {
	case signed == nil:
		most, places = 1, i.guests
	case signed.Actor.OnSupplierSide():
		who = "supplier " + signed.Actor.SupplierID.String()
	default: // in the browser and by tokens together
		who = "person " + signed.User.ID.String()
	}
	waiting, cancel := context.WithTimeout(ctx, i.wait)
	defer cancel()
	own := i.share(who, most)
	if own.Acquire(waiting, 1) != nil {
		i.drop(who)
		return nil, fault.TooMany("too-many", i.wait)
	}
	if places.Acquire(waiting, 1) != nil {
		own.Release(1)
		i.drop(who)
		return nil, fault.TooMany("too-many", i.wait)
	}
	return func() { places.Release(1); own.Release(1); i.drop(who) }, nil
}

func (i *intake) share(who string, most int64) *semaphore.Weighted {
	i.mu.Lock()
	defer i.mu.Unlock()
	s := i.of[who]
	if s == nil {
		s = &share{places: semaphore.NewWeighted(most)}
		i.of[who] = s
	}
	s.asking++
	return s.places
}

func (i *intake) drop(who string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.of[who].asking--; i.of[who].asking == 0 {
		delete(i.of, who)
	}
}

// takeIn reads the body of a request, once it is known who asks: what is too
// large is refused unread, and a large one waits for its place.
func (p *program) takeIn(c *fiber.Ctx) error {
	asked, visit := c.Request(), request.From(c.UserContext())
	size := asked.Header.ContentLength()
	limit := largestBody(c.Method(), c.Path(), c.Get(fiber.HeaderContentType), size)
	if visit.Signed == nil {
		limit = min(limit, largestOfGuest)
	}
	if size > limit || c.Get(tooLarge) != "" {
		turnAway(c)
		return fault.TooLarge("too-large")
	}
	if !asked.IsBodyStream() || size == 0 {
		return c.Next()
	}
	if size > largestForm {
		leave, err := p.intake.hold(c.UserContext(), visit)
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
