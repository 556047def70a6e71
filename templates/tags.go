package templates

import (
	"fmt"
	"html/template"
	"reflect"

	"sicrwydd/templates/components"
	"sicrwydd/templates/locales"
)

// colours are those of the tags. They never say more than the words do.
var colours = map[string]components.Colour{
	"review.state.planned":       "white",
	"review.state.issued":        "blue",
	"review.state.in_progress":   "aqua-green",
	"review.state.submitted":     "purple",
	"review.state.returned":      "orange",
	"review.state.in_assessment": "yellow",
	"review.state.assessed":      "pink",
	"review.state.signed_off":    "green",
	"review.state.closed":        "grey",
	"review.state.cancelled":     "grey",

	"rating.substantial":    "green",
	"rating.reasonable":     "aqua-green",
	"rating.limited":        "orange",
	"rating.unsatisfactory": "red",
	"rating.not_rated":      "grey",
	"rating.not_assured":    "yellow",

	"standing.current":        "green",
	"standing.lapsed":         "orange",
	"standing.never_reviewed": "yellow",
	"standing.no_answer":      "red",

	"outcome.met":            "green",
	"outcome.partly_met":     "yellow",
	"outcome.not_met":        "red",
	"outcome.not_applicable": "grey",

	"severity.critical": "red",
	"severity.high":     "orange",
	"severity.medium":   "yellow",
	"severity.low":      "blue",

	"level.low":      "green",
	"level.moderate": "yellow",
	"level.high":     "orange",
	"level.extreme":  "red",

	"acceptance.state.proposed": "blue",
	"acceptance.state.accepted": "purple",
	"acceptance.state.lapsed":   "orange",

	"decision.rely":                 "green",
	"decision.rely_with_conditions": "yellow",
	"decision.do_not_rely":          "red",

	"health.state.ok":   "green",
	"health.state.warn": "yellow",
	"health.state.fail": "red",

	"action.state.open":      "blue",
	"action.state.completed": "purple",
	"action.state.verified":  "green",

	"pack.state.requested": "yellow",
	"pack.state.made":      "blue",
	"pack.state.published": "green",
	"pack.state.failed":    "red",

	"task.not_started":        "blue",
	"task.in_progress":        "aqua-green",
	"task.cannot_start_yet":   "grey",
	"task.completed":          "none",
	"supplier.status.active":  "green",
	"supplier.status.ended":   "grey",
	"system.status.live":      "green",
	"system.status.planned":   "blue",
	"system.status.retired":   "grey",
	"tag.overdue":             "red",
	"tag.superseded":          "grey",
	"tag.provisional":         "yellow",
	"tag.essential":           "purple",
	"report.public":           "green",
	"report.private":          "grey",
	"questionnaire.draft":     "yellow",
	"questionnaire.published": "green",
	"questionnaire.retired":   "grey",
}

// valueTag shows a value as a tag in the colour that belongs to it.
func valueTag(w *locales.Words, kind string, value any) (template.HTML, error) {
	text, err := valueText(w, kind, value)
	if err != nil {
		return "", err
	}
	v := reflect.Indirect(reflect.ValueOf(value))
	colour := components.Colour("grey")
	if v.IsValid() {
		if known, ok := colours[kind+"."+fmt.Sprint(v.Interface())]; ok {
			colour = known
		}
	}
	tag := components.Tag{Content: components.Content{Text: text}, Colour: colour}
	return template.HTML(`<strong class="` + tag.Class() + `">` + string(tag.Body()) + `</strong>`), nil
}
