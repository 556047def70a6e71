package pages

import (
	"bytes"

	"sicrwydd/handlers/request"
	"sicrwydd/models/lang"
	"sicrwydd/models/review"
	"sicrwydd/reports/sheet"
	"sicrwydd/templates"
)

type translationsData struct {
	Items []review.Untranslated
	Taken int
}

// Translations lists what is still to be translated.
func (p *Pages) Translations(v *View) error {
	page, err := p.translationsPage(v)
	if err != nil {
		return err
	}
	return v.Show(page)
}

func (p *Pages) translationsPage(v *View) (Page, error) {
	items, err := p.Services.Reviews.Untranslated(v.UserContext(), v.Actor())
	return Page{Name: "translations", TitleKey: "translations.title", Data: translationsData{Items: items}, Wide: true}, err
}

// TranslationsSheet sends what is still to be translated as a workbook.
func (p *Pages) TranslationsSheet(v *View) error {
	items, err := p.Services.Reviews.Untranslated(v.UserContext(), v.Actor())
	if err != nil {
		return err
	}
	words := templates.Words(v.Lang())
	out := &sheet.Sheet{}
	for _, key := range []string{"translations.key", "common.reference", "translations.kind", "translations.to", "translations.text", "translations.words"} {
		title, err := words.T(key)
		if err != nil {
			return err
		}
		out.Columns = append(out.Columns, title)
	}
	for _, u := range items {
		kind, err := words.T("translations.kind." + u.Kind)
		if err != nil {
			return err
		}
		into := map[lang.Tag]string{lang.English: "English", lang.Welsh: "Cymraeg"}[u.To]
		out.Rows = append(out.Rows, []sheet.Cell{{Text: u.Key}, {Text: u.Reference}, {Text: kind}, {Text: into}, {Text: u.Text}, {}})
	}
	if out.Title, err = words.T("translations.title"); err != nil {
		return err
	}
	if err := p.Identity.Took(v.UserContext(), v.Actor(), "translations.xlsx"); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := out.XLSX(&b); err != nil {
		return err
	}
	return request.Attach(v.Ctx, "translations.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b.Bytes())
}

// TranslationsTake takes the workbook back: what was missing and nothing else.
func (p *Pages) TranslationsTake(v *View) error {
	err := p.takeTranslations(v)
	if err == nil {
		return v.Go("/translations", "flash.translated")
	}
	page, pageErr := p.translationsPage(v)
	if pageErr != nil {
		return pageErr
	}
	return v.Refuse(err, page)
}

// mostTranslations is how many texts come back at once.
const mostTranslations = 5000

func (p *Pages) takeTranslations(v *View) error {
	upload, err := request.ReadTabled(v.Ctx)
	if err != nil {
		return err
	}
	table, err := sheet.Read(upload.Content, mostTranslations)
	if err != nil {
		return err
	}
	var back []review.Translation
	for _, row := range table.Rows {
		if len(row.Cells) < 6 { // left as it was
			continue
		}
		back = append(back, review.Translation{Row: row.Number, Key: row.Cells[0], Text: row.Cells[4], Words: row.Cells[5]})
	}
	_, err = p.Services.Reviews.TakeTranslations(v.UserContext(), v.Actor(), back)
	return err
}
