package inventory

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"sicrwydd/models/lang"
)

// ImportField is what a column of an import fills.
type ImportField string

// The fields that a column may fill.
const (
	FieldReference   ImportField = "reference"
	FieldNameEn      ImportField = "name_en"
	FieldNameCy      ImportField = "name_cy"
	FieldPurposeEn   ImportField = "purpose_en"
	FieldPurposeCy   ImportField = "purpose_cy"
	FieldHost        ImportField = "host"
	FieldOwner       ImportField = "information_asset_owner"
	FieldSuppliers   ImportField = "suppliers"
	FieldPart        ImportField = "part"
	FieldCriticality ImportField = "criticality"
	FieldData        ImportField = "data_categories"
	FieldPeople      ImportField = "people_count"
	FieldYears       ImportField = "years_kept"
	FieldHosting     ImportField = "hosting_kind"
	FieldLocation    ImportField = "hosting_location"
	FieldCountry     ImportField = "hosting_country"
	FieldExposure    ImportField = "exposure"
	FieldLiveSince   ImportField = "live_since"
	FieldStatus      ImportField = "status"
	FieldUsedBy      ImportField = "used_by"
)

// ImportFields lists the fields in the order of the template.
var ImportFields = []ImportField{FieldReference, FieldNameEn, FieldNameCy, FieldPurposeEn, FieldPurposeCy, FieldHost, FieldOwner,
	FieldSuppliers, FieldPart, FieldCriticality, FieldData, FieldPeople, FieldYears, FieldHosting, FieldLocation, FieldCountry,
	FieldExposure, FieldLiveSince, FieldStatus, FieldUsedBy}

// headings are what the columns of the template are called, and other names
// under which they are known from lists that people keep.
var headings = map[ImportField]struct {
	lang.Text
	also []string
}{
	FieldReference:   {lang.Text{En: "Reference", Cy: "Cyfeirnod"}, []string{"system reference", "sys ref", "id"}},
	FieldNameEn:      {lang.Text{En: "Name (English)", Cy: "Enw (Saesneg)"}, []string{"name", "system", "system name", "application", "application name", "enw", "enw'r system"}},
	FieldNameCy:      {lang.Text{En: "Name (Welsh)", Cy: "Enw (Cymraeg)"}, []string{"welsh name", "enw cymraeg"}},
	FieldPurposeEn:   {lang.Text{En: "Purpose (English)", Cy: "Diben (Saesneg)"}, []string{"purpose", "description", "diben", "disgrifiad"}},
	FieldPurposeCy:   {lang.Text{En: "Purpose (Welsh)", Cy: "Diben (Cymraeg)"}, nil},
	FieldHost:        {lang.Text{En: "Hosting organisation", Cy: "Sefydliad sy'n lletya"}, []string{"host", "host organisation", "organisation", "health board", "ods code", "ods", "sefydliad lletyol", "sefydliad", "lletywr"}},
	FieldOwner:       {lang.Text{En: "Information asset owner", Cy: "Perchennog yr ased gwybodaeth"}, []string{"iao", "asset owner"}},
	FieldSuppliers:   {lang.Text{En: "Suppliers", Cy: "Cyflenwyr"}, []string{"supplier", "supplier name", "vendor", "company", "company number", "cyflenwr", "enw'r cyflenwr"}},
	FieldPart:        {lang.Text{En: "What the suppliers do", Cy: "Rhan y cyflenwyr"}, []string{"part", "supplier part", "supplier role", "rhan"}},
	FieldCriticality: {lang.Text{En: "Criticality", Cy: "Pa mor hanfodol"}, []string{"service criticality", "how vital the service is", "pa mor hanfodol yw'r gwasanaeth"}},
	FieldData:        {lang.Text{En: "Data about people", Cy: "Data am bobl"}, []string{"data categories", "data held", "data", "categorïau data"}},
	FieldPeople:      {lang.Text{En: "Number of people", Cy: "Nifer y bobl"}, []string{"people", "people count", "data subjects", "number of data subjects", "pobl"}},
	FieldYears:       {lang.Text{En: "Years kept", Cy: "Blynyddoedd a gedwir"}, []string{"retention", "retention (years)", "years of data kept", "blynyddoedd o ddata a gedwir"}},
	FieldHosting:     {lang.Text{En: "Where it runs", Cy: "Ble mae'n rhedeg"}, []string{"hosting", "hosting kind", "hosting type", "lletya"}},
	FieldLocation:    {lang.Text{En: "Hosting location", Cy: "Lleoliad lletya"}, []string{"location", "data centre", "lleoliad"}},
	FieldCountry:     {lang.Text{En: "Hosting country", Cy: "Gwlad lletya"}, []string{"country", "gwlad"}},
	FieldExposure:    {lang.Text{En: "Reached from", Cy: "Gellir ei chyrraedd o"}, []string{"exposure", "network exposure", "amlygiad"}},
	FieldLiveSince:   {lang.Text{En: "Live since", Cy: "Ar waith ers"}, []string{"live date", "go live", "go-live date", "start date", "dyddiad mynd yn fyw"}},
	FieldStatus:      {lang.Text{En: "Status", Cy: "Statws"}, []string{"system status"}},
	FieldUsedBy:      {lang.Text{En: "Used by", Cy: "Defnyddir gan"}, []string{"using organisations", "users", "user organisations", "sefydliadau sy'n defnyddio"}},
}

// Heading is what the field's column is called in the template.
func (f ImportField) Heading() lang.Text { return headings[f].Text }

// values are the words for the values of the contract, beside the values
// themselves. A test holds them against the words of the pages.
var values = map[ImportField]map[string][]string{
	FieldPart: {"develops": {"develops", "developer", "datblygu"}, "hosts": {"host", "lletya"}, "supports": {"support", "cefnogi"},
		"processes": {"processes data", "processor", "prosesu data"}},
	FieldHosting: {"cloud": {"cwmwl"}, "supplier": {"at the supplier", "ar safle'r cyflenwr", "cyflenwr"},
		"own": {"at the organisation itself", "on premises", "on-premises", "ar safle'r sefydliad ei hun"}},
	FieldExposure: {"internet": {"reached from the internet", "ar gael o'r rhyngrwyd", "rhyngrwyd", "y rhyngrwyd"},
		"partner": {"reached from the partner network", "partner network", "ar gael o'r rhwydwaith partner", "rhwydwaith partner"},
		"none":    {"not reached from outside", "ddim ar gael o'r tu allan", "dim"}},
	FieldStatus: {"planned": {"wedi'i gynllunio", "wedi'i chynllunio"}, "live": {"ar waith"}, "retired": {"wedi'i dynnu'n ôl", "wedi'i thynnu'n ôl"}},
	FieldCriticality: {"1": {"1 - vital", "1 - hanfodol", "vital", "hanfodol"}, "2": {"2 - important", "2 - pwysig", "important", "pwysig"},
		"3": {"3 - useful", "3 - defnyddiol", "useful", "defnyddiol"}, "4": {"4 - minor", "4 - llai pwysig", "minor", "llai pwysig"}},
	FieldData: {"identity": {"manylion adnabod"}, "contact": {"contact details", "manylion cyswllt"}, "staff": {"staff records", "cofnodion staff"},
		"national_insurance_number": {"national insurance number", "ni number", "rhif yswiriant gwladol"}, "nhs_number": {"nhs number", "rhif gig"},
		"financial": {"ariannol"}, "health": {"iechyd"}, "special_category": {"other special category data", "special category", "data categori arbennig arall"},
		"radiation_dose": {"radiation dose", "dos ymbelydredd"},
		"credentials":    {"passwords and other credentials", "passwords", "cyfrineiriau a manylion mynediad eraill"}, noneAtAll: {"dim", "nil"}},
}

// noneAtAll says that a system holds no data about people, which is known too.
const noneAtAll = "none"

// AcceptsWord reports whether a cell of the field's column may hold the words.
func (f ImportField) AcceptsWord(words string) bool { return words != "" && f.value(words) != "" }

// value gives the value of the contract that words stand for; empty: none.
func (f ImportField) value(words string) string {
	asked := folded(words)
	for value, known := range values[f] {
		if asked == value || asked == strings.ReplaceAll(value, "_", " ") {
			return value
		}
		for _, word := range known {
			if asked == folded(word) {
				return value
			}
		}
	}
	return ""
}

// folded gives a text as headings and names are compared: without case,
// accents, doubled blanks and the kinds of apostrophe.
func folded(text string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(text) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == '’' || r == '‘' || r == '`':
			b.WriteByte('\'')
		case r == '–' || r == '—':
			b.WriteByte('-')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// GuessMapping says which field each column fills, by its heading in either
// language; the first of two alike has it.
func GuessMapping(columns []string) []ImportField {
	mapping := make([]ImportField, len(columns))
	taken := map[ImportField]bool{}
	guess := func(named func(ImportField, string) bool) {
		for n, column := range columns {
			for _, field := range ImportFields {
				if mapping[n] == "" && !taken[field] && named(field, folded(strings.TrimSuffix(strings.TrimSpace(column), "*"))) {
					mapping[n], taken[field] = field, true
				}
			}
		}
	}
	guess(func(f ImportField, heading string) bool { // the exact names before the others
		return heading == folded(headings[f].En) || heading == folded(headings[f].Cy) || heading == string(f)
	})
	guess(func(f ImportField, heading string) bool {
		for _, other := range headings[f].also {
			if heading == folded(other) {
				return true
			}
		}
		return false
	})
	return mapping
}

func asText(n int) string { return strconv.Itoa(n) }
