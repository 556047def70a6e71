package review

import (
	"testing"

	"sicrwydd/models/calendar"
)

func TestEachReminderFallsToItsDayOnce(t *testing.T) {
	due := calendar.Date("2028-03-14")
	for _, c := range []struct {
		name   string
		issued calendar.Date
		today  calendar.Date
		sent   []int
		days   int
		ok     bool
	}{
		{"15 days before", "2028-02-01", "2028-02-28", nil, 0, false},
		{"14 days before, over 29 February", "2028-02-01", "2028-02-29", nil, -14, true},
		{"the day after, once", "2028-02-01", "2028-03-01", []int{-14}, -14, false},
		{"issued when that day was over", "2028-03-05", "2028-03-06", nil, -14, false},
		{"3 days before", "2028-03-05", "2028-03-11", nil, -3, true},
		{"on the day itself nothing new", "2028-02-01", "2028-03-14", []int{-14, -3}, -3, false},
		{"1 day after", "2028-02-01", "2028-03-15", []int{-14, -3}, 1, true},
		{"days on which nothing ran are made up for by the latest", "2028-02-01", "2028-03-22", []int{-14}, 7, true},
		{"21 days after", "2028-02-01", "2028-04-04", []int{-14, -3, 1, 7, 14}, 21, true},
		{"and no more", "2028-02-01", "2028-06-01", []int{21}, 21, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if days, ok := reminderDue(due, c.issued, c.today, c.sent); days != c.days || ok != c.ok {
				t.Errorf("got %d, %v; want %d, %v", days, ok, c.days, c.ok)
			}
		})
	}
}
