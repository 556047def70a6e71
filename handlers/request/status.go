package request

import (
	"math"
	"net/http"
	"strconv"

	"sicrwydd/models/fault"
)

// Status gives the HTTP status of a fault.
func Status(kind fault.Kind) int {
	switch kind {
	case fault.KindMalformed:
		return http.StatusBadRequest
	case fault.KindInvalid:
		return http.StatusUnprocessableEntity
	case fault.KindUnauthenticated:
		return http.StatusUnauthorized
	case fault.KindForbidden:
		return http.StatusForbidden
	case fault.KindNotFound:
		return http.StatusNotFound
	case fault.KindConflict:
		return http.StatusConflict
	case fault.KindStale:
		return http.StatusPreconditionFailed
	case fault.KindTooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.KindUnsupported:
		return http.StatusUnsupportedMediaType
	case fault.KindTooMany:
		return http.StatusTooManyRequests
	case fault.KindUnavailable:
		return http.StatusServiceUnavailable
	case fault.KindPreconditionRequired:
		return http.StatusPreconditionRequired
	}
	return http.StatusInternalServerError
}

// RetryAfter gives the header that says in how many seconds to ask again.
func RetryAfter(f *fault.Error) string { return strconv.Itoa(int(math.Ceil(f.After.Seconds()))) }
