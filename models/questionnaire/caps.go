package questionnaire

// CapReason says why a rating cannot be better.
type CapReason string

// The reasons for a cap.
const (
	EssentialPartlyMet CapReason = "essential_partly_met"
	EssentialNotMet    CapReason = "essential_not_met"
	EssentialsNotMet   CapReason = "essentials_not_met"
	EssentialOnClaim   CapReason = "essential_on_claim"
	DeskReview         CapReason = "desk_review"
)

// Cap is the best rating that something allows, and the slots that do it.
type Cap struct {
	Reason CapReason `json:"reason"`
	Limit  Rating    `json:"limit"`
	Slots  []Slot    `json:"slots,omitempty"`
}

// everyCap gives every cap that applies, whether or not the score is above it:
// one essential or more partly met, reasonable; one not met, limited; two or
// more not met, unsatisfactory; for tier 1 an essential that is judged on a
// claim alone, reasonable; a desk review, reasonable. An essential that a gate
// hides counts as not met; one that does not apply counts for nothing.
func (s *SystemScore) everyCap(tier int, options Options) []Cap {
	var partly, not, claimed []Slot
	for i := range s.Points {
		p := &s.Points[i]
		if !p.Essential {
			continue
		}
		switch p.Outcome {
		case PartlyMet:
			partly = append(partly, p.Slot)
		case NotMet:
			not = append(not, p.Slot)
		}
		if tier == 1 && p.Outcome != NotApplicable && p.Basis == Claim {
			claimed = append(claimed, p.Slot)
		}
	}
	var caps []Cap
	switch {
	case len(not) > 1:
		caps = append(caps, Cap{Reason: EssentialsNotMet, Limit: Unsatisfactory, Slots: not})
	case len(not) == 1:
		caps = append(caps, Cap{Reason: EssentialNotMet, Limit: Limited, Slots: not})
	}
	if len(partly) > 0 {
		caps = append(caps, Cap{Reason: EssentialPartlyMet, Limit: Reasonable, Slots: partly})
	}
	if len(claimed) > 0 {
		caps = append(caps, Cap{Reason: EssentialOnClaim, Limit: Reasonable, Slots: claimed})
	}
	if options.Desk {
		caps = append(caps, Cap{Reason: DeskReview, Limit: Reasonable})
	}
	return caps
}
