package document

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func words() MatrixWords {
	return MatrixWords{
		Consequence: "Canlyniad", Likelihood: "Tebygolrwydd", Before: "Cyn", After: "Ar ôl",
		Level: func(int) string { return "lefel" }, LevelTone: func(int) Tone { return Green },
	}
}

func texts(d Drawing) []string {
	var all []string
	for _, shape := range d.Shapes {
		if label, ok := shape.(Label); ok {
			all = append(all, label.Text)
		}
	}
	return all
}

func TestMatrixCountsTheMarkersThatItHasNoRoomFor(t *testing.T) {
	for n, want := range map[int]string{6: "", 7: "+2", 40: "+35"} {
		var markers []Marker
		for range n {
			markers = append(markers, Marker{Name: "M", Consequence: 5, Likelihood: 5})
		}
		labels := strings.Join(texts(Matrix(words(), markers)), " ")
		if want == "" && (strings.Contains(labels, "+") || strings.Count(labels, "M") != n) {
			t.Errorf("%d markers: %s", n, labels)
		}
		if !strings.Contains(labels, want) {
			t.Errorf("%d markers: no %q in %s", n, want, labels)
		}
	}
}

func TestMatrixPutsTheGravestAtTheTopRight(t *testing.T) {
	d := Matrix(words(), []Marker{{Name: "Z", Consequence: 5, Likelihood: 5}, {Name: "Y", Consequence: 1, Likelihood: 1, Filled: true}})
	at := map[string]Label{}
	for _, shape := range d.Shapes {
		if label, ok := shape.(Label); ok {
			at[label.Text] = label
		}
	}
	if at["Z"].X <= at["Y"].X || at["Z"].Y >= at["Y"].Y {
		t.Errorf("Z at %v, Y at %v", at["Z"], at["Y"])
	}
	if at["Z"].Fill == at["Y"].Fill {
		t.Error("a filled marker looks like a hollow one")
	}
}

func TestBarsAreAsLongAsTheirShareAndCarryIt(t *testing.T) {
	d := Bars([]Bar{{Label: "A", Share: 50, Note: "50%"}, {Label: "B", None: true, Note: "Dim sgôr"}, {Label: "C", Share: 100, Note: "100%"}}, nil)
	var blue []float64
	for _, shape := range d.Shapes {
		if r, ok := shape.(Rect); ok && r.Fill == Blue {
			blue = append(blue, r.W)
		}
	}
	if len(blue) != 2 || blue[1] != 2*blue[0] {
		t.Errorf("bars %v", blue)
	}
	if got := strings.Join(texts(d), " "); got != "A 50% B Dim sgôr C 100%" {
		t.Errorf("labels %q", got)
	}
}

func TestShapesStayInsideTheirDrawing(t *testing.T) {
	long := strings.Repeat("Gwybodaeth am bobl ", 8)
	for name, d := range map[string]Drawing{
		"matrix": Matrix(words(), []Marker{{Name: "A", Consequence: 1, Likelihood: 5}}),
		"heat":   Heat([]string{long, "B"}, []HeatRow{{"Haen 1", []int{0, 1}}}),
		"trend":  Trend([]string{"01/26", "02/26"}, []Curve{{"One", []int{0, 0}}, {"Other", []int{0, 0}}, {"Third", []int{9, 9}}}),
		"bars":   Bars([]Bar{{Label: long, Share: 100, Note: "100%"}}, []Threshold{{At: 40, Label: "40%"}}),
	} {
		for _, shape := range d.Shapes {
			right, bottom := 0.0, 0.0
			switch s := shape.(type) {
			case Rect:
				right, bottom = s.X+s.W, s.Y+s.H
			case Line:
				right, bottom = max(s.X1, s.X2), max(s.Y1, s.Y2)
			case Circle:
				right, bottom = s.X+s.R, s.Y+s.R
			case Label:
				right, bottom = s.X, s.Y
			}
			if right > d.Width || bottom > d.Height {
				t.Errorf("%s: %#v is outside %v x %v", name, shape, d.Width, d.Height)
			}
		}
	}
}

func TestSVGEscapesWhatPeopleWrite(t *testing.T) {
	var out strings.Builder
	d := Bars([]Bar{{Label: `<script>"`, Share: 10, Note: "&"}}, nil)
	if err := d.SVG(&out, `"><script>`); err != nil {
		t.Fatal(err)
	}
	if svg := out.String(); strings.Contains(svg, "<script") || strings.Contains(svg, "style=") || !strings.Contains(svg, ">&amp;</text>") {
		t.Error(svg)
	}
}

// golden holds a drawing against the one that was looked at; -update keeps the
// new one, to be looked at again.
var update = flag.Bool("update", false, "keep the drawings as they now are")

func TestDrawingsAreThoseThatWereLookedAt(t *testing.T) {
	code, err := Code("https://sicrwydd.example.org/verify?code=K7QM-4XJ2-9WTB")
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]Drawing{
		"heat":  Heat([]string{"Anfoddhaol", "Heb sicrwydd"}, []HeatRow{{"Haen 1", []int{0, 1}}, {"Haen 2", []int{4, 13}}}),
		"trend": Trend([]string{"01/26", "02/26", "03/26"}, []Curve{{"Sylweddol neu resymol", []int{0, 2, 5}}, {"Anfoddhaol neu heb sicrwydd", []int{7, 5, 2}}, {"Cyfyngedig", []int{1, 1, 1}}}),
		"code":  code,
	} {
		var b strings.Builder
		if err := d.SVG(&b, name); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", name+".svg")
		if *update {
			if err := os.MkdirAll("testdata", 0o750); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || b.String() != string(want) {
			t.Errorf("%s is another drawing than the one in %s: %v", name, path, err)
		}
	}
}

func TestHeatReadsInGrey(t *testing.T) {
	light := func(c Colour) float64 {
		r, g, b := c.RGB()
		return (0.299*float64(r) + 0.587*float64(g) + 0.114*float64(b)) / 255
	}
	for i := 1; i < len(shades); i++ {
		if light(shades[i-1].fill)-light(shades[i].fill) < 0.08 {
			t.Errorf("shade %d looks like the one before it", i)
		}
	}
	for _, s := range shades {
		if d := light(s.fill) - light(s.text); d > -0.35 && d < 0.35 {
			t.Errorf("text on %s cannot be read", s.fill)
		}
	}
	d := Heat([]string{"A", "B"}, []HeatRow{{"1", []int{0, 12}}})
	if got := strings.Join(texts(d), " "); got != "A B 1 0 12" {
		t.Errorf("labels %q", got)
	}
}
