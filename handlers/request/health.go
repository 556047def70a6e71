package request

import "sicrwydd/models/fault"

// Health says how well one thing is that the product rests on, in words of
// both languages.
type Health struct {
	What  string // the thing: settings, address, database, ...
	State string // Well, Amiss or Ill
	// Text says what was found and Cure what to do, empty where all is well.
	Text, Cure Said
	// Because is the answer of the machine in its own words, where it has one.
	Because string
}

// Said is a text of the locale files with what it takes.
type Said struct {
	Key  string
	Args fault.Args
}

// How well a thing is.
const (
	Well  = "ok"
	Amiss = "warn"
	Ill   = "fail"
)
