package tagged_test

import (
	"strings"
	"testing"

	"sicrwydd/reports/tagged"
)

func TestMarkIsClosedBeforeThePageEndsAndOpenedAfter(t *testing.T) {
	tree := tagged.New("cy-GB")
	tree.BeginPage()
	paragraph := tree.Root().Add(tagged.Paragraph)
	var stream []string
	say := func(operators string) { stream = append(stream, operators) }
	say(tree.Decoration(tagged.Header))
	say(tree.Content(paragraph))
	say(tree.Content(paragraph)) // goes on
	say(tree.EndPage())
	say(tree.EndPage()) // nothing is open
	tree.BeginPage()
	say(tree.Decoration(tagged.Layout))
	say(tree.Decoration(tagged.Layout))
	say(tree.Content(paragraph))
	say(tree.Content(paragraph.In("en-GB")))
	say(tree.EndPage())
	want := "/Artifact <</Type/Pagination/Subtype/Header>> BDC|EMC\n/P <</MCID 0>> BDC||EMC||" +
		"/Artifact <</Type/Layout>> BDC||EMC\n/P <</MCID 0>> BDC|EMC\n/Span <</MCID 1>> BDC|EMC"
	if got := strings.Join(stream, "|"); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestWordsOfALanguageAreOneSpanAsLongAsItStays(t *testing.T) {
	tree := tagged.New("cy-GB")
	tree.BeginPage()
	paragraph := tree.Root().Add(tagged.Paragraph)
	first := paragraph.In("en-GB")
	tree.Content(first)
	if paragraph.In("en-GB") != first {
		t.Error("a second span for the same language")
	}
	if paragraph.In("") != paragraph {
		t.Error("words of the document's own language are set apart")
	}
	tree.Content(paragraph)
	if paragraph.In("en-GB") == first {
		t.Error("words that come later went into the span before")
	}
}

func TestWithoutATreeNothingIsMarked(t *testing.T) {
	var tree *tagged.Tree
	tree.BeginPage()
	element := tree.Root().Add(tagged.Table).Add(tagged.Row)
	for _, operators := range []string{tree.Content(element.In("en-GB")), tree.Content(element.AddBullet()),
		tree.Content(tree.Root().AddFigure("a", 0, 0, 1, 1)), tree.Decoration(tagged.Layout), tree.EndPage()} {
		if operators != "" {
			t.Errorf("marked with %q", operators)
		}
	}
}

func TestFileThatIsNotTheTreesIsRefused(t *testing.T) {
	tree := tagged.New("en-GB")
	tree.BeginPage()
	if _, err := tree.Write([]byte("%PDF-1.3\nno file")); err == nil {
		t.Error("what is no PDF was given a structure")
	}
	one := "%PDF-1.3\n1 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 9 9]>>\nendobj\n2 0 obj\n<</Type/Catalog/Pages 1 0 R>>\nendobj\n" +
		"3 0 obj\n<</Type/Page/Parent 1 0 R>>\nendobj\nxref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000076 00000 n \n0000000121 00000 n \n" +
		"trailer\n<</Size 4/Root 2 0 R>>\nstartxref\n165\n%%EOF\n"
	tree.BeginPage()
	if _, err := tree.Write([]byte(one)); err == nil || !strings.Contains(err.Error(), "1 pages, the tree 2") {
		t.Errorf("a tree of two pages and a file of one: %v", err)
	}
}
