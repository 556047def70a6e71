package pages

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"sicrwydd/models/fault"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
)

// wholeRow is one question of a section whose questions are answered on one
// page.
type wholeRow struct {
	At     string // what the names of its fields begin with
	Q      *asked
	Typed  typedAnswer
	Before string // what the form showed, so that what nobody touched is not saved
	Saved  bool   // by this request
	idle   bool   // nobody touched it in this form
}

type wholeData struct {
	Review  *review.Detail
	Section review.SectionView
	Rows    []*wholeRow
	More    bool // questions are asked now that the form does not show
}

func fingerprint(in review.AnswerInput) string {
	sum := sha256.Sum256(append(in.Value, "\x00"+in.Comment...))
	return hex.EncodeToString(sum[:8])
}

// wholePage is the form of a section: each question that the reader may answer.
func (p *Pages) wholePage(v *View) (Page, *wholeData, error) {
	d, err := p.forReview(v)
	if err != nil {
		return Page{}, nil, err
	}
	all, err := p.asked(v, d)
	if err != nil {
		return Page{}, nil, err
	}
	data := &wholeData{Review: d}
	for i := range all {
		q := &all[i]
		if q.Section.Key != v.Params("section") || !q.Shown || !q.MayAnswer {
			continue
		}
		data.Section = q.Section
		row := &wholeRow{At: "answers." + strconv.Itoa(len(data.Rows)) + ".", Q: q, Typed: keptAnswer(q)}
		row.Typed.on = q.SaidOn
		row.Before = fingerprint(row.Typed.input(q))
		data.Rows = append(data.Rows, row)
	}
	if len(data.Rows) == 0 {
		return Page{}, nil, fault.NotFound()
	}
	title, _ := data.Section.Title.In(v.Lang())
	return Page{Name: "whole", Title: title, Data: data}, data, nil
}

// WholeSection shows every question of a section with its answer, to be typed
// on one page.
func (p *Pages) WholeSection(v *View) error {
	page, _, err := p.wholePage(v)
	if err != nil {
		return err
	}
	return v.Show(page)
}

// WholeSave saves what was typed in a section. Each answer stands by itself:
// what is wrong is said at its question, and the others are saved.
func (p *Pages) WholeSave(v *View) error {
	_, before, err := p.wholePage(v)
	if err != nil {
		return err
	}
	typed := v.typedWhole(before)
	invalid := fault.Invalid("invalid")
	for slot, row := range typed {
		q := ofRows(before.Rows, slot)
		if q == nil || fingerprint(row.Typed.input(q)) == row.Before {
			row.idle = true
			continue
		}
		if _, err := p.saveTyped(v, q, &row.Typed); err != nil {
			if err := atRow(invalid, row.At, err); err != nil {
				return err
			}
			continue
		}
		row.Saved = true
	}
	page, now, err := p.wholePage(v)
	if err != nil {
		return err
	}
	for _, row := range now.Rows {
		sent := typed[row.Q.Slot]
		if sent == nil {
			now.More = true
			continue
		}
		row.At = sent.At
		if !sent.Saved && !sent.idle {
			row.Typed, row.Before = sent.Typed, sent.Before
		}
		row.Saved = sent.Saved
	}
	return p.wholeSaved(v, page, now, invalid)
}

func (p *Pages) wholeSaved(v *View, page Page, now *wholeData, invalid *fault.Error) error {
	if v.FromHTMX() {
		var b bytes.Buffer
		if err := p.Set.Fragment(&b, page.Name, "whole-saved", v.page(page, invalid)); err != nil {
			return err
		}
		return v.send(200, b.Bytes())
	}
	if err := invalid.OrNil(); err != nil {
		return v.Refuse(err, page)
	}
	base := "/reviews/" + now.Review.ID.String()
	if v.Typed("then") == "tasks" {
		return v.Go(base, "flash.saved")
	}
	return v.Go(base+"/sections/"+now.Section.Key+"/all", "flash.saved")
}

// atRow says at the fields of a row what is wrong with its answer; an error
// that is not about the answer is given back.
func atRow(invalid *fault.Error, at string, err error) error {
	f := fault.As(err)
	switch {
	case f == nil || f.Kind != fault.KindInvalid && f.Kind != fault.KindStale && f.Kind != fault.KindConflict:
		return err
	case f.Kind != fault.KindInvalid:
		invalid.On(at+"value", "answer.changed-meanwhile")
	}
	for _, field := range f.Fields {
		invalid.On(at+field.Location, field.Key, field.Args)
	}
	return nil
}

func ofRows(rows []*wholeRow, slot questionnaire.Slot) *asked {
	for _, row := range rows {
		if row.Q.Slot == slot {
			return row.Q
		}
	}
	return nil
}

// typedWhole reads the rows of the form, by question.
func (v *View) typedWhole(shown *wholeData) map[questionnaire.Slot]*wholeRow {
	rows := map[questionnaire.Slot]*wholeRow{}
	for i := range len(shown.Rows) + 200 { // what was hidden meanwhile is sent too
		at := "answers." + strconv.Itoa(i) + "."
		slot, err := questionnaire.ParseSlot(v.Typed(at + "slot"))
		if err != nil {
			break
		}
		rows[slot] = &wholeRow{At: at, Before: v.Typed(at + "before"), Typed: typedAnswer{Values: v.TypedAll(at + "value"), Day: v.typedDay(at + "value"),
			on: v.TypedDate(at + "value"), Comment: v.Typed(at + "comment"), Version: v.Typed(at + "version")}}
	}
	return rows
}
