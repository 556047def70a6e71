package request

import (
	"io"

	"github.com/gofiber/fiber/v2"

	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/vault"
	"sicrwydd/reports/sheet"
)

// ReadTable reads the file of a form as a table of systems.
func ReadTable(c *fiber.Ctx) (inventory.ImportFile, error) {
	header, err := c.FormFile("file")
	if err != nil {
		return inventory.ImportFile{}, fault.Invalid("invalid").On("file", "import.file-missing")
	}
	if header.Size > vault.MaxSize {
		return inventory.ImportFile{}, fault.TooLarge("import.file-too-large").On("file", "import.file-too-large")
	}
	file, err := header.Open()
	if err != nil {
		return inventory.ImportFile{}, err
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(io.LimitReader(file, vault.MaxSize+1))
	if err != nil {
		return inventory.ImportFile{}, err
	}
	if err := checkExtension(header.Filename, content, tableExtensions); err != nil {
		return inventory.ImportFile{}, err
	}
	table, err := sheet.Read(content, inventory.MaxImportRows)
	if err != nil {
		return inventory.ImportFile{}, err
	}
	read := inventory.ImportFile{Name: header.Filename, Encoding: table.Encoding, Headings: table.Headings}
	for _, row := range table.Rows {
		read.Rows = append(read.Rows, inventory.ImportedCells{Number: row.Number, Cells: row.Cells})
	}
	return read, nil
}
