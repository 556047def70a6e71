package main

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// explained are the mutants that no test can notice, with the reason.
var explained = map[string]string{
	"scope directory.Organisation.Scope":                    "every role reads the directory",
	"permission directory.read":                             "every role reads the directory",
	"guard review.BatchItem.Scope":                          "a supplier plans no review, and the scope of reviews says so too",
	"scope identity.attempt.Scope":                          "the program alone asks for it, as itself",
	"scope outbox.post.Scope":                               "it is named in the log, and never asked for",
	"scope store.job.Scope":                                 "it is named in the log, and never asked for",
	"scope store.log.Scope":                                 "it is named in the log, and never asked for",
	"scope pack.File.Scope":                                 "files are asked for once their pack was found",
	"check identity.Invitation.Scope access.UserManage":     "left out, an official sees fewer invitations, not more",
	"check identity.Service.RevokeToken access.UserManage":  "the scope of tokens is that permission too",
	"check identity.mayReset access.UserManage":             "the scope of users is that permission too",
	"check portfolio.Service.Calendar access.InventoryRead": "the scopes of ratings, certificates and contracts are that permission too",
	"check portfolio.diary.actions access.AnswersRead":      "the scope of actions is that permission too",
	"check portfolio.Service.History access.InventoryRead":  "what is told of is found by that permission first",
	"check portfolio.Service.History p":                     "what is told of is found by that permission first",
	"check portfolio.formsAbout p (5)":                      "whoever sends such a form is asked by the domain too",
}

// report prints the table and fails where a mutant survived that is not explained.
func report(mutants []*mutant, took time.Duration) error {
	by, survived := map[string]int{}, 0
	for _, m := range mutants {
		switch why := explained[m.site]; {
		case m.by != "":
			by[m.by]++
			fmt.Printf("%-90s %s: %s\n", m.site, m.by, m.how)
		case why != "":
			by["explained"]++
			fmt.Printf("%-90s makes no difference: %s\n", m.site, why)
		default:
			survived++
			fmt.Printf("%-90s SURVIVED (%s)\n", m.site, m.how)
		}
	}
	fmt.Printf("\n%d mutants in %s:\n", len(mutants), took.Round(time.Second))
	for _, name := range slices.Sorted(maps.Keys(by)) {
		fmt.Printf("%6d %s\n", by[name], name)
	}
	fmt.Printf("%6d survived\n", survived)
	if survived > 0 {
		return fmt.Errorf("%d mutants survived", survived)
	}
	return nil
}
