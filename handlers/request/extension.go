package request

import (
	"bytes"
	"encoding/json"
	"path"
	"slices"
	"strings"

	"sicrwydd/models/fault"
)

// The extensions of files that are imported: lists, and what is described in
// YAML or JSON.
var (
	tableExtensions   = []string{".csv", ".xlsx"}
	writtenExtensions = []string{".yaml", ".yml", ".json"}
)

// checkExtension refuses a file whose name does not end in one of the
// extensions, or whose content is not what its name says. What is in it is
// looked at by who reads it.
func checkExtension(name string, content []byte, extensions []string) error {
	extension := strings.ToLower(path.Ext(name))
	if !slices.Contains(extensions, extension) {
		args := fault.Args{"Extensions": strings.Join(extensions, ", ")}
		return fault.Unsupported("file.extension", args).On("file", "file.extension", args)
	}
	archive := bytes.HasPrefix(content, []byte("PK\x03\x04"))
	locked := bytes.HasPrefix(content, []byte("\xd0\xcf\x11\xe0")) // a workbook with a password; its reader says so
	if archive != (extension == ".xlsx") && !locked || extension == ".json" && !json.Valid(content) {
		return fault.Unsupported("evidence.type-mismatch").On("file", "evidence.type-mismatch")
	}
	return nil
}
