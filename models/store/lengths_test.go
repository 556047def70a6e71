package store_test

import (
	"slices"
	"strings"
	"testing"

	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

func TestATextHasALength(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		named := func(name string) error {
			_, err := directory.New(db).AddOrganisation(t.Context(), program, directory.Input{Name: lang.Text{En: "Name", Cy: name}, Kind: directory.Kinds[0]})
			return err
		}
		if err := named(strings.Repeat("ŵ", store.LongestLine)); err != nil {
			t.Error(err)
		}
		err := fault.As(named(strings.Repeat("ŵ", store.LongestLine+1)))
		if err == nil || err.Kind != fault.KindInvalid || len(err.Fields) != 1 || err.Fields[0].Location != "name.cy" || err.Fields[0].Args["Max"] != store.LongestLine {
			t.Errorf("got %v", err)
		}
		o := addOrganisation(t, db, "Long")
		if err := rename(o, db, 1, strings.Repeat("x", store.LongestLine+1)); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("a change gives %v", err)
		}
	})
}

func TestAListHasALength(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		group := func(members ...string) error {
			_, err := directory.New(db).AddGroup(t.Context(), program, directory.GroupInput{Name: lang.Text{En: "Group"}, Members: members})
			return err
		}
		if err := group(slices.Repeat([]string{strings.Repeat("ŵ", store.LongestLine)}, store.LongestList)...); err != nil {
			t.Error(err)
		}
		for key, err := range map[string]error{
			"entries.too-many": group(slices.Repeat([]string{"one"}, store.LongestList+1)...),
			"text.too-long":    group("one", strings.Repeat("x", store.LongestLine+1)),
		} {
			if f := fault.As(err); f == nil || f.Kind != fault.KindInvalid || len(f.Fields) != 1 || f.Fields[0].Location != "members" || f.Fields[0].Key != key {
				t.Errorf("%s: got %v", key, err)
			}
		}
	})
}
