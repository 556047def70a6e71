package review

import (
	"testing"

	"sicrwydd/models/calendar"
	"sicrwydd/models/questionnaire"
)

func TestWhenAPairIsNextDueAndWhy(t *testing.T) {
	today := calendar.Date("2028-02-29")
	rated := PairStanding{LastRating: questionnaire.Reasonable, RatedOn: "2027-12-01", CurrentUntil: "2028-12-01"}
	closed := rated
	closed.NoAnswerFrom = "2028-02-01"
	cases := []struct {
		name    string
		pair    PairStanding
		t       triggers
		on      calendar.Date
		because DueBecause
	}{
		{"never reviewed: since it is there", PairStanding{}, triggers{since: "2028-01-01", told: "2028-02-01"}, "2028-01-01", DueNeverReviewed},
		{"when the rating ends", rated, triggers{}, "2028-12-01", DueInterval},
		{"an incident since then", rated, triggers{told: "2028-02-10"}, "2028-03-11", DueIncident},
		{"an incident before the rating is no news", rated, triggers{told: "2027-12-01"}, "2028-12-01", DueInterval},
		{"a certificate that lapsed since", rated, triggers{lapsed: []calendar.Date{"2027-01-01", "2028-01-31"}}, "2028-03-01", DueCertificateLapsed},
		{"one that lapses tomorrow has not", rated, triggers{lapsed: []calendar.Date{"2028-03-01"}}, "2028-12-01", DueInterval},
		{"a contract that ends within 180 days", rated, triggers{contractEnds: []calendar.Date{"2028-08-27"}}, "2028-05-29", DueContractEnding},
		{"one that ends later", rated, triggers{contractEnds: []calendar.Date{"2028-08-28"}}, "2028-12-01", DueInterval},
		{"one that was rated for its end", rated, triggers{contractEnds: []calendar.Date{"2028-02-29"}}, "2028-12-01", DueInterval},
		{"another owner", rated, triggers{ownerChanged: "2028-02-29"}, "2028-03-30", DueOwnerChanged},
		{"other hosting", rated, triggers{hostingChanged: "2028-02-28"}, "2028-03-29", DueHostingChanged},
		{"the earliest counts", rated, triggers{hostingChanged: "2028-02-28", told: "2028-01-02"}, "2028-02-01", DueIncident},
		{"a closed review", closed, triggers{}, "2028-02-01", DueNoAnswer},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := c.pair
			if p.schedule(c.t, today); p.NextDueOn != c.on || p.DueBecause != c.because {
				t.Errorf("got %s, %s; want %s, %s", p.NextDueOn, p.DueBecause, c.on, c.because)
			}
		})
	}
}
