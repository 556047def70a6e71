package review

import (
	"context"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/fault"
	"sicrwydd/models/store"
)

// Reading is one reading of a supplier's answers or of a file of its evidence,
// by somebody of the other side.
type Reading struct {
	store.Told
	ReviewID  uuid.UUID
	Reference string // of the review
	File      string // empty where the answers were read
}

// readingsShown is how many readings a page holds.
const readingsShown = 50

// EvidenceReaders tells a supplier's lead who has read its answers and
// evidence, the newest first.
func (s *Service) EvidenceReaders(ctx context.Context, by access.Actor, after string) (store.List[Reading], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (list store.List[Reading], err error) {
		if !by.OnSupplierSide() || !by.Has(access.SupplierLead) {
			return list, fault.Forbidden("forbidden")
		}
		told, err := tx.ReadingsOf(store.Leads, []audit.Action{EvidenceRead, AnswersRead}, after, readingsShown)
		if err != nil {
			return list, err
		}
		list.Next = told.Next
		reviews, files := map[uuid.UUID]string{}, map[uuid.UUID]string{}
		var reviewIDs, fileIDs []uuid.UUID
		for _, one := range told.Items {
			reviewIDs = append(reviewIDs, one.AboutID)
			if one.Action == EvidenceRead {
				fileIDs = append(fileIDs, one.SubjectID)
			}
		}
		read, err := store.All[Review](tx, "", "id IN ?", reviewIDs)
		if err != nil {
			return list, err
		}
		for _, r := range read {
			reviews[r.ID] = r.Reference
		}
		evidence, err := store.All[Evidence](tx, "", "id IN ?", fileIDs)
		for _, e := range evidence {
			files[e.ID] = e.Name
		}
		for _, one := range told.Items {
			list.Items = append(list.Items, Reading{Told: one, ReviewID: one.AboutID, Reference: reviews[one.AboutID], File: files[one.SubjectID]})
		}
		return list, err
	})
}
