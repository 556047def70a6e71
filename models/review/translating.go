package review

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// Translated is the act of adding the language that was missing, in the audit
// log.
const Translated audit.Action = "text.translated"

// Untranslated is a text that people wrote for others in one language alone.
type Untranslated struct {
	Key       string // what it is and which of its texts: finding/ID/title
	Kind      string // finding, feedback, action, condition
	Reference string // of the thing, or of its review
	Text      string
	From, To  lang.Tag
	review    uuid.UUID
}

// Translation is a text brought back. Row is where it stood, for what is wrong
// with it.
type Translation struct {
	Row       int
	Key, Text string // Text is the source, as it was taken away
	Words     string
}

// mostUntranslated is how many of each kind a list holds; the next come when
// these are done.
const mostUntranslated = 500

// oneLanguage is the condition that a text has exactly one language.
func oneLanguage(field string) string {
	return "(" + field + "_en = '' AND " + field + "_cy <> '' OR " + field + "_en <> '' AND " + field + "_cy = '')"
}

// Untranslated lists what lacks a language, of what the actor may write: the
// findings, feedback and actions of reviews, conditions of sign-offs among the
// actions.
func (s *Service) Untranslated(ctx context.Context, by access.Actor) ([]Untranslated, error) {
	return store.Read(ctx, s.db, by, untranslated)
}

func untranslated(tx *store.Tx) ([]Untranslated, error) {
	if by := tx.By(); !by.Holds(access.FindingWrite) || by.OnSupplierSide() {
		return nil, fault.Forbidden("forbidden")
	}
	scope := store.Reviews(tx.By(), access.FindingWrite, "review_id")
	var all []Untranslated
	var findings []*Finding
	err := store.Query[Finding](tx).Where(scope.SQL, scope.Args...).Where(oneLanguage("title") + " OR " + oneLanguage("detail")).
		Order("reference").Limit(mostUntranslated).Find(&findings).Error
	if err != nil {
		return nil, err
	}
	for _, f := range findings {
		all = lacking(all, f.ReviewID, "finding/"+f.ID.String()+"/title", "finding", f.Reference, f.Title)
		all = lacking(all, f.ReviewID, "finding/"+f.ID.String()+"/detail", "finding", f.Reference, f.Detail)
	}
	var judgements []*Judgement
	err = store.Query[Judgement](tx).Where(scope.SQL, scope.Args...).Where(oneLanguage("feedback")).Order("created_at, id").Limit(mostUntranslated).Find(&judgements).Error
	if err != nil {
		return nil, err
	}
	reviews := make([]uuid.UUID, len(judgements))
	for i, j := range judgements {
		reviews[i] = j.ReviewID
	}
	of, err := ofReviews(tx, reviews)
	if err != nil {
		return nil, err
	}
	for _, j := range judgements {
		all = lacking(all, j.ReviewID, "feedback/"+j.ID.String()+"/feedback", "feedback", of[j.ReviewID].Reference, j.Feedback)
	}
	var actions []*Action
	err = store.Query[Action](tx).Where(scope.SQL, scope.Args...).Where(oneLanguage("text")).Where("state <> ?", ActionDropped).
		Order("reference").Limit(mostUntranslated).Find(&actions).Error
	for _, a := range actions {
		kind := "action"
		if a.SignOffID != nil {
			kind = "condition"
		}
		all = lacking(all, a.ReviewID, "action/"+a.ID.String()+"/text", kind, a.Reference, a.Text)
	}
	return all, err
}

// lacking adds a text where it has one language.
func lacking(all []Untranslated, review uuid.UUID, key, kind, reference string, text lang.Text) []Untranslated {
	if text.Empty() || text.Complete() {
		return all
	}
	words, from := text.In(lang.English)
	return append(all, Untranslated{Key: key, Kind: kind, Reference: reference, Text: words, From: from, To: from.Other(), review: review})
}

// TakeTranslations writes the languages that were missing and nothing else. A
// row without a translation is passed over; one whose text has changed or been
// translated since is refused, and then none is taken: what is wrong is named by
// row.
func (s *Service) TakeTranslations(ctx context.Context, by access.Actor, rows []Translation) (int, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (int, error) {
		waiting, err := untranslated(tx)
		if err != nil {
			return 0, err
		}
		invalid, taken := fault.Invalid("translation.rows"), 0
		seen, held := map[string]bool{}, map[uuid.UUID]error{}
		for _, row := range rows {
			row.Words = strings.TrimSpace(row.Words)
			if row.Words == "" {
				continue
			}
			at := fault.Args{"Row": row.Row}
			i := slices.IndexFunc(waiting, func(u Untranslated) bool { return u.Key == row.Key })
			switch {
			case i < 0:
				invalid.On("file", "translation.not-waiting", at)
			case seen[row.Key]:
				invalid.On("file", "translation.twice", at)
			case strings.TrimSpace(row.Text) != strings.TrimSpace(waiting[i].Text):
				invalid.On("file", "translation.changed", at)
			case len(row.Words) > 20000:
				invalid.On("file", "translation.too-long", at)
			default:
				err := translate(tx, held, waiting[i], row.Words)
				switch {
				case fault.Is(err, fault.KindConflict):
					invalid.On("file", "translation.being-signed", at)
				case fault.Is(err, fault.KindForbidden):
					invalid.On("file", "translation.not-independent", at)
				case err != nil:
					return 0, err
				}
				seen[row.Key] = true
				taken++
			}
		}
		return taken, invalid.OrNil()
	})
}

// translate adds one language. held keeps what was said of a review whose
// findings are worded, so that it is asked once.
func translate(tx *store.Tx, held map[uuid.UUID]error, u Untranslated, words string) error {
	kind, rest, _ := strings.Cut(u.Key, "/")
	name, field, _ := strings.Cut(rest, "/")
	id, err := uuid.Parse(name)
	if err != nil {
		return fault.NotFound()
	}
	if kind != "action" {
		if _, asked := held[u.review]; !asked {
			held[u.review] = wordFindings(tx, u.review)
		}
		if held[u.review] != nil {
			return held[u.review]
		}
	}
	switch kind {
	case "finding":
		f, err := store.Lock[Finding](tx, id)
		if err != nil {
			return err
		}
		into := &f.Title
		if field == "detail" {
			into = &f.Detail
		}
		fill(into, u.To, words)
		return tx.Save(f, Translated)
	case "feedback":
		j, err := store.Lock[Judgement](tx, id)
		if err != nil {
			return err
		}
		fill(&j.Feedback, u.To, words)
		return tx.Save(j, Translated)
	}
	a, err := store.Lock[Action](tx, id)
	if err != nil {
		return err
	}
	fill(&a.Text, u.To, words)
	return tx.Save(a, Translated)
}

// wordFindings holds a review in whose findings or feedback the actor writes a
// language: whoever does has written a finding, and is bound as its writer. What
// a signature is about to rest on is changed by those who judge, on its own
// page: the digest of the assessment covers it.
func wordFindings(tx *store.Tx, id uuid.UUID) error {
	r, err := reviewFor(tx, id, access.FindingWrite, store.Lock[Review])
	if err != nil {
		return err
	}
	if r.State == Assessed {
		return fault.Conflict("translation.being-signed", fault.Args{"Row": 0})
	}
	if err := independent(tx, r); err != nil {
		return err
	}
	return took(tx, id, ActFinding)
}

// fill writes a language that is empty, never over another's words.
func fill(text *lang.Text, to lang.Tag, words string) {
	switch {
	case to == lang.Welsh && text.Cy == "":
		text.Cy = words
	case to == lang.English && text.En == "":
		text.En = words
	}
}
