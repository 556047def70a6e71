// Package fault holds the one error type that people meet: what kind of
// refusal it is, the message that says what to do, and the fields concerned.
// Every other error is internal: logged with its cause, shown without it.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what kind of refusal a fault is; each has one HTTP status.
type Kind int

// The kinds of refusal.
const (
	KindMalformed Kind = iota + 1
	KindInvalid
	KindUnauthenticated
	KindForbidden
	KindNotFound
	KindConflict
	KindStale
	KindTooLarge
	KindUnsupported
	KindTooMany
	KindUnavailable
	KindPreconditionRequired
)

// Args are the values that a message takes, by name.
type Args map[string]any

// Field is one field that a fault concerns. Location is a path such as
// "name.en" or "answers/backups.tested"; Key names the message.
type Field struct {
	Location string
	Key      string
	Args     Args
}

// Error is a refusal. Key names its message in the locale files, under
// "error."; it is also the stable code that API clients see.
type Error struct {
	Kind   Kind
	Key    string
	Args   Args
	Fields []Field
	// After is how long to wait, when somebody asks too often.
	After time.Duration
	// Current is the version that stands, when the fault is a stale edit.
	Current any
}

func (e *Error) Error() string {
	if len(e.Fields) == 0 {
		return e.Key
	}
	return fmt.Sprintf("%s %v", e.Key, e.Fields)
}

// On adds a field that the fault concerns.
func (e *Error) On(location, key string, args ...Args) *Error {
	e.Fields = append(e.Fields, Field{Location: location, Key: key, Args: first(args)})
	return e
}

// OrNil gives nil when the fault names no field: for collecting the errors of
// a form before deciding.
func (e *Error) OrNil() error {
	if len(e.Fields) == 0 {
		return nil
	}
	return e
}

// Malformed refuses what cannot be read.
func Malformed(key string, args ...Args) *Error { return build(KindMalformed, key, args) }

// Invalid refuses what was read but breaks a rule.
func Invalid(key string, args ...Args) *Error { return build(KindInvalid, key, args) }

// Unauthenticated refuses who has not signed in.
func Unauthenticated(key string, args ...Args) *Error { return build(KindUnauthenticated, key, args) }

// Forbidden refuses an act on a thing that may be seen.
func Forbidden(key string, args ...Args) *Error { return build(KindForbidden, key, args) }

// NotFound is the answer for what is absent and for what may not be seen: one
// value for both, so that they cannot differ.
func NotFound() *Error { return build(KindNotFound, "not-found", nil) }

// Conflict refuses an act in a state that does not allow it.
func Conflict(key string, args ...Args) *Error { return build(KindConflict, key, args) }

// Stale refuses a write over a newer version, which it carries.
func Stale(current any) *Error {
	e := build(KindStale, "stale", nil)
	e.Current = current
	return e
}

// TooLarge refuses a body or file over its limit.
func TooLarge(key string, args ...Args) *Error { return build(KindTooLarge, key, args) }

// Unsupported refuses a type of content.
func Unsupported(key string, args ...Args) *Error { return build(KindUnsupported, key, args) }

// TooMany refuses who asks too often, and says after what time to try again.
func TooMany(key string, after time.Duration) *Error {
	return &Error{Kind: KindTooMany, Key: key, After: after}
}

// Unavailable says that something needed does not answer now.
func Unavailable(key string, args ...Args) *Error { return build(KindUnavailable, key, args) }

// PreconditionRequired refuses a change that does not say which version it
// changes.
func PreconditionRequired() *Error { return build(KindPreconditionRequired, "if-match-missing", nil) }

// As gives the fault in err's chain, or nil.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// Is reports whether err is a fault of the kind.
func Is(err error, kind Kind) bool {
	e := As(err)
	return e != nil && e.Kind == kind
}

func build(kind Kind, key string, args []Args) *Error {
	return &Error{Kind: kind, Key: key, Args: first(args)}
}

func first(args []Args) Args {
	if len(args) == 0 {
		return nil
	}
	return args[0]
}
