// Package templates holds what people read: the layout, the pages, the
// e-mails, the words in English and Welsh, and what a page loads. Everything
// is embedded, and everything is read when the program starts, so that a page
// that cannot be drawn stops the start and not a reader.
//
// The README beside this file shows how a page is written.
package templates

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"maps"
	"strings"

	"sicrwydd/models/lang"
	"sicrwydd/templates/components"
	"sicrwydd/templates/locales"
)

//go:embed assets layouts partials pages emails
var files embed.FS

//go:embed questionnaires/*.yaml frameworks/*.yaml
var content embed.FS

// Assets is what pages load: styles, scripts, images. An address with its
// content's hash (asset gives it) may be cached for ever.
var Assets = sub(files, "assets")

// Questionnaires and Frameworks are the files that seeding loads.
var (
	Questionnaires = sub(content, "questionnaires")
	Frameworks     = sub(content, "frameworks")
)

func sub(of fs.FS, folder string) fs.FS {
	f, err := fs.Sub(of, folder)
	if err != nil {
		panic(err) // the folder's name is written above
	}
	return f
}

// Words gives the words of a language.
func Words(tag lang.Tag) *locales.Words { return locales.For(tag) }

// Set is every page and mail in both languages.
type Set struct {
	pages  map[lang.Tag]map[string]*template.Template
	mails  map[lang.Tag]map[string]mail
	hashes map[string]string
}

// New reads every template. It fails on a page that cannot be drawn safely,
// and while the assets are not built.
func New() (*Set, error) {
	s := &Set{
		pages: map[lang.Tag]map[string]*template.Template{},
		mails: map[lang.Tag]map[string]mail{},
	}
	var err error
	if s.hashes, err = hashAssets(); err != nil {
		return nil, err
	}
	for _, tag := range lang.All {
		drawn, err := components.New(Words(tag), sub(files, "assets/images"), tag == lang.Welsh)
		if err != nil {
			return nil, err
		}
		funcs := s.funcs(tag)
		maps.Copy(funcs, drawn.Funcs())
		if s.pages[tag], err = readPages(tag, funcs); err != nil {
			return nil, err
		}
		if s.mails[tag], err = readMails(funcs); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Page draws a whole page. Nothing is written when the page fails.
func (s *Set) Page(w io.Writer, name string, p Page) error { return s.draw(w, name, "layout", p) }

// Fragment draws one defined part of a page, for htmx to swap in.
func (s *Set) Fragment(w io.Writer, name, fragment string, p Page) error {
	return s.draw(w, name, fragment, p)
}

func (s *Set) draw(w io.Writer, name, part string, p Page) error {
	t, ok := s.pages[p.Lang][name]
	if !ok {
		return fmt.Errorf("templates: there is no page %q in %q", name, p.Lang)
	}
	p.name = name
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, part, p); err != nil {
		return fmt.Errorf("templates: page %s: %w", name, err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Names lists the pages.
func (s *Set) Names() []string {
	var names []string
	for name := range s.pages[lang.English] {
		names = append(names, name)
	}
	return names
}

// readPages parses each page over its own copy of the layout. NAME.cy.html
// and NAME.en.html stand for one page whose text is long.
func readPages(tag lang.Tag, funcs template.FuncMap) (map[string]*template.Template, error) {
	base, err := template.New("").Funcs(funcs).ParseFS(files, "layouts/*.html", "partials/*.html")
	if err != nil {
		return nil, err
	}
	pages := map[string]*template.Template{}
	err = fs.WalkDir(files, "pages", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".html") {
			return err
		}
		name := strings.TrimSuffix(strings.TrimPrefix(path, "pages/"), ".html")
		if strings.HasSuffix(name, "."+string(tag.Other())) {
			return nil
		}
		name = strings.TrimSuffix(name, "."+string(tag))
		t, err := readPage(base, path)
		if err != nil {
			return fmt.Errorf("templates: %s: %w", path, err)
		}
		pages[name] = t
		return nil
	})
	return pages, err
}

func readPage(base *template.Template, path string) (*template.Template, error) {
	text, err := fs.ReadFile(files, path)
	if err != nil {
		return nil, err
	}
	t, err := base.Clone()
	if err != nil {
		return nil, err
	}
	t.Funcs(template.FuncMap{"render": func(name string, data any) (template.HTML, error) {
		var b bytes.Buffer
		err := t.ExecuteTemplate(&b, name, data)
		return template.HTML(b.String()), err
	}})
	if _, err := t.Parse(string(text)); err != nil {
		return nil, err
	}
	return t, checkEscaping(t, "layout")
}

// checkEscaping draws with no data at all: that fails in the data, which is no
// matter, or in the contexts of HTML, which html/template only finds then.
func checkEscaping(t *template.Template, name string) error {
	var unsafe *template.Error
	if err := t.ExecuteTemplate(io.Discard, name, nil); errors.As(err, &unsafe) {
		return err
	}
	return nil
}

func hashAssets() (map[string]string, error) {
	hashes := map[string]string{}
	err := fs.WalkDir(Assets, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(Assets, path)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		hashes[path] = hex.EncodeToString(sum[:])[:12]
		return nil
	})
	if err == nil && hashes["app.css"] == "" {
		err = errors.New("templates: the styles and scripts are not built: run make assets")
	}
	return hashes, err
}

// Asset gives the address of an asset, with the hash of its content.
func (s *Set) Asset(name string) (string, error) {
	hash, ok := s.hashes[name]
	if !ok {
		return "", fmt.Errorf("templates: there is no asset %q", name)
	}
	return "/assets/" + name + "?v=" + hash, nil
}
