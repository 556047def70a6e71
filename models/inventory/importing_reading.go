package inventory

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
)

// readRow is a row of an import whose cells have been read: what it sets, and
// the names that have to be found yet.
type readRow struct {
	number    int
	reference string
	nameEn    string
	nameCy    string
	host      string
	suppliers []readSupplier
	usedBy    []string
	sets      []func(*SystemInput)
	kept      []Kept
	problems  []Problem
	columns   map[ImportField]string // the heading of each field's column
}

// readSupplier is a supplier by reference, company number or name, and its parts.
type readSupplier struct {
	words string
	parts []Part
}

func (r *readRow) on(field ImportField, key string, args ...fault.Args) {
	p := Problem{Column: r.columns[field], Key: key}
	if len(args) > 0 {
		p.Args = args[0]
	}
	r.problems = append(r.problems, p)
}

// readImported reads the cells of a row by the mapping. It asks no database.
func readImported(headings []string, mapping []ImportField, row ImportedCells) *readRow {
	r := &readRow{number: row.Number, columns: map[ImportField]string{}}
	cells := map[ImportField]string{}
	for n, heading := range headings {
		cell := ""
		if n < len(row.Cells) {
			cell = strings.TrimSpace(row.Cells[n])
		}
		if utf8.RuneCountInString(cell) > MaxImportCell {
			r.problems = append(r.problems, Problem{heading, "import.cell-too-long", fault.Args{"Max": MaxImportCell}})
			continue
		}
		switch {
		case mapping[n] != "":
			cells[mapping[n]], r.columns[mapping[n]] = cell, heading
		case cell != "":
			r.kept = append(r.kept, Kept{heading, cell})
		}
	}
	r.reference, r.nameEn, r.nameCy = strings.ToUpper(cells[FieldReference]), cells[FieldNameEn], cells[FieldNameCy]
	r.host, r.usedBy = cells[FieldHost], several(cells[FieldUsedBy], ";\n")
	r.readTexts(cells)
	r.readSuppliers(cells[FieldSuppliers], cells[FieldPart])
	r.readNumbers(cells)
	r.readValues(cells)
	return r
}

func (r *readRow) set(cell string, set func(*SystemInput)) {
	if cell != "" {
		r.sets = append(r.sets, set)
	}
}

func (r *readRow) readTexts(cells map[ImportField]string) {
	for field, most := range map[ImportField]int{FieldNameEn: 300, FieldNameCy: 300, FieldOwner: 300, FieldLocation: 300} {
		if utf8.RuneCountInString(cells[field]) > most {
			r.on(field, "text.too-long", fault.Args{"Max": most})
		}
	}
	r.set(r.nameEn, func(in *SystemInput) { in.Name.En = r.nameEn })
	r.set(r.nameCy, func(in *SystemInput) { in.Name.Cy = r.nameCy })
	r.set(cells[FieldPurposeEn], func(in *SystemInput) { in.Purpose.En = cells[FieldPurposeEn] })
	r.set(cells[FieldPurposeCy], func(in *SystemInput) { in.Purpose.Cy = cells[FieldPurposeCy] })
	r.set(cells[FieldOwner], func(in *SystemInput) { in.InformationAssetOwner = cells[FieldOwner] })
	r.set(cells[FieldLocation], func(in *SystemInput) { in.Hosting.Location = cells[FieldLocation] })
	r.set(cells[FieldCountry], func(in *SystemInput) { in.Hosting.Country = cells[FieldCountry] })
}

// readSuppliers reads names with a semicolon between, and their parts in the
// same order; one part counts for all.
func (r *readRow) readSuppliers(names, parts string) {
	all := several(names, ";\n")
	if len(all) == 0 {
		if parts != "" {
			r.on(FieldPart, "import.part-of-nobody")
		}
		return
	}
	given := several(parts, ";\n")
	if len(given) == 0 {
		r.on(FieldSuppliers, "import.part-missing")
		return
	}
	if len(all) == 1 {
		given = []string{strings.Join(given, ",")}
	}
	if len(given) > 1 && len(given) != len(all) {
		r.on(FieldPart, "import.parts-do-not-match")
		return
	}
	for n, name := range all {
		of := given[0]
		if len(given) > 1 {
			of = given[n]
		}
		s := readSupplier{words: name}
		for _, word := range several(of, ",") {
			part := FieldPart.value(word)
			if part == "" {
				r.on(FieldPart, "import.value-unknown", fault.Args{"Value": short(word)})
				continue
			}
			if !slices.Contains(s.parts, Part(part)) {
				s.parts = append(s.parts, Part(part))
			}
		}
		r.suppliers = append(r.suppliers, s)
	}
}

func (r *readRow) readNumbers(cells map[ImportField]string) {
	whole := func(field ImportField, set func(*SystemInput, *int)) {
		cell := cells[field]
		if cell == "" {
			return
		}
		n, ok := wholeNumber(cell)
		if !ok {
			r.on(field, "import.number-wrong")
			return
		}
		r.sets = append(r.sets, func(in *SystemInput) { set(in, &n) })
	}
	whole(FieldPeople, func(in *SystemInput, n *int) { in.PeopleCount = n })
	whole(FieldYears, func(in *SystemInput, n *int) { in.YearsKept = n })
	if cell := cells[FieldLiveSince]; cell != "" {
		day, ok := ReadDay(cell)
		if !ok {
			r.on(FieldLiveSince, "import.date-wrong")
			return
		}
		r.sets = append(r.sets, func(in *SystemInput) { in.LiveSince = day })
	}
}

func (r *readRow) readValues(cells map[ImportField]string) {
	known := func(field ImportField, set func(*SystemInput, string)) {
		cell := cells[field]
		if cell == "" {
			return
		}
		value := field.value(cell)
		if value == "" {
			r.on(field, "import.value-unknown", fault.Args{"Value": short(cell)})
			return
		}
		r.sets = append(r.sets, func(in *SystemInput) { set(in, value) })
	}
	known(FieldCriticality, func(in *SystemInput, v string) { n, _ := strconv.Atoi(v); in.Criticality = &n })
	known(FieldHosting, func(in *SystemInput, v string) { in.Hosting.Kind = HostingKind(v) })
	known(FieldExposure, func(in *SystemInput, v string) { in.Exposure = Exposure(v) })
	known(FieldStatus, func(in *SystemInput, v string) { in.Status = SystemStatus(v) })
	if cells[FieldData] == "" {
		return
	}
	categories := []DataCategory{}
	for _, word := range several(cells[FieldData], ";,\n") {
		switch value := FieldData.value(word); {
		case value == "":
			r.on(FieldData, "import.value-unknown", fault.Args{"Value": short(word)})
		case value != noneAtAll && !slices.Contains(categories, DataCategory(value)):
			categories = append(categories, DataCategory(value))
		}
	}
	r.sets = append(r.sets, func(in *SystemInput) { in.DataCategories = categories })
}

// several splits a cell at any of the marks.
func several(cell, marks string) []string {
	var all []string
	for _, one := range strings.FieldsFunc(cell, func(c rune) bool { return strings.ContainsRune(marks, c) }) {
		if one = strings.TrimSpace(one); one != "" {
			all = append(all, one)
		}
	}
	return all
}

// short gives what a message may repeat of a cell.
func short(text string) string {
	if letters := []rune(text); len(letters) > 40 {
		return string(letters[:40]) + "…"
	}
	return text
}

var thousands = regexp.MustCompile(`^\d{1,3}([, \x{00a0}\x{202f}]\d{3})+$`)

// wholeNumber reads 4700, 4,700, 4 700 and what spreadsheets store as 4700.0.
func wholeNumber(cell string) (int, bool) {
	if thousands.MatchString(cell) {
		cell = strings.NewReplacer(",", "", " ", "", "\u00a0", "", "\u202f", "").Replace(cell)
	}
	cell = strings.TrimSuffix(cell, ".0")
	n, err := strconv.Atoi(cell)
	return n, err == nil && n >= 0 && n <= 2_000_000_000
}

// months by their names in both languages, whole or as people shorten them.
var months = func() map[string]time.Month {
	all := map[string]time.Month{}
	for _, names := range [][]string{
		{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"},
		{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"},
		{"ionawr", "chwefror", "mawrth", "ebrill", "mai", "mehefin", "gorffennaf", "awst", "medi", "hydref", "tachwedd", "rhagfyr"},
	} {
		for n, name := range names {
			all[name] = time.Month(n + 1)
		}
	}
	all["sept"] = time.September
	return all
}()

var (
	isoDay   = regexp.MustCompile(`^(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?$`)
	ukDay    = regexp.MustCompile(`^(\d{1,2})[/.](\d{1,2})[/.](\d{4})$`)
	namedDay = regexp.MustCompile(`^(\d{1,2}) ([a-z]+) (\d{4})$`)
	serial   = regexp.MustCompile(`^\d{1,6}(\.\d+)?$`)
)

// The days that a spreadsheet counts from and the range that is plausible here:
// 1 January 1950 to 31 December 2099. Before March 1900 its count is one off.
var (
	serialZero              = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	firstSerial, lastSerial = 18264.0, 73050.0
)

// ReadDay reads a day as 2026-03-03, 03/03/2026 (day first, as in the UK),
// 3 March 2026, 3 Mawrth 2026, or the number that a spreadsheet stores.
func ReadDay(cell string) (calendar.Date, bool) {
	text := folded(cell)
	if m := isoDay.FindStringSubmatch(strings.ToUpper(text)); m != nil {
		return calendar.Parse(m[1] + "-" + m[2] + "-" + m[3])
	}
	if m := ukDay.FindStringSubmatch(text); m != nil {
		return calendar.Parse(m[3] + "-" + two(m[2]) + "-" + two(m[1]))
	}
	if m := namedDay.FindStringSubmatch(text); m != nil {
		if month, ok := months[m[2]]; ok {
			return calendar.Parse(m[3] + "-" + two(strconv.Itoa(int(month))) + "-" + two(m[1]))
		}
		return "", false
	}
	if serial.MatchString(text) {
		days, err := strconv.ParseFloat(text, 64)
		if err == nil && days >= firstSerial && days < lastSerial+1 {
			return calendar.Date(serialZero.AddDate(0, 0, int(math.Floor(days))).Format(time.DateOnly)), true
		}
	}
	return "", false
}

func two(digits string) string {
	if len(digits) == 1 {
		return "0" + digits
	}
	return digits
}
