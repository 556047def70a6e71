package tagged

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// perStream is how many objects are packed into a stream: a reader unpacks all
// of them for one.
const perStream = 100

// packing is a file while it is written anew: what did not change stays letter
// by letter, what is new or changed is packed into streams of objects, and the
// table of positions is a stream too (PDF 1.5). So are the pages, if they were
// left unpacked: gofpdf packs fast and loosely, and their many marks would show
// in the size of the file.
//
// pdfcpu could write the file itself, but puts the present time into it: the
// dates of the document, and an identifier made of them. The same report would
// have other bytes each time, and the SHA-256 that a reader noted would be
// worth nothing.
type packing struct {
	out    bytes.Buffer
	places map[int]place
	next   int // the number of the next object

	// Used again for each stream: a new packer costs more than what it packs.
	packer *zlib.Writer
	packed bytes.Buffer
}

// place is where an object stands: at an offset, or as the nth in a stream.
type place struct {
	offset int
	stream int // the number of the stream's object; 0 for none
	nth    int
}

// pack writes a file with its changed objects.
func pack(file []byte, table *model.XRefTable, changed map[int]bool) ([]byte, error) {
	p := &packing{places: map[int]place{}, next: slices.Max(slices.Collect(maps.Keys(table.Table))) + 1}
	p.packer = zlib.NewWriter(&p.packed)
	p.out.Grow(len(file) + len(file)/4)
	p.out.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n") // bytes above 127: it is no text
	if err := p.keep(file, table, changed); err != nil {
		return nil, err
	}
	for numbers := range slices.Chunk(slices.Sorted(maps.Keys(changed)), perStream) {
		if err := p.fold(table, numbers); err != nil {
			return nil, err
		}
	}
	err := p.finish(table)
	return p.out.Bytes(), err
}

// keep copies the objects that did not change, letter by letter: whoever checks
// a receipt looks for what gofpdf wrote. A stream of which nothing is said but
// its length is what stands on a page, and is packed.
func (p *packing) keep(file []byte, table *model.XRefTable, changed map[int]bool) error {
	starts := map[int]int{}
	for number, entry := range table.Table {
		if entry.Free || entry.Offset == nil || entry.Compressed || *entry.Offset <= 0 {
			continue
		}
		starts[int(*entry.Offset)] = number
	}
	order := slices.Sorted(maps.Keys(starts))
	for i, start := range order {
		end := len(file)
		if i+1 < len(order) {
			end = order[i+1]
		}
		number := starts[start]
		if changed[number] {
			continue
		}
		if s, ok := table.Table[number].Object.(types.StreamDict); ok && len(s.Dict) == 1 {
			if err := p.stream(number, "", s.Raw); err != nil {
				return err
			}
			continue
		}
		last := bytes.LastIndex(file[start:end], []byte("endobj"))
		if last < 0 {
			return fmt.Errorf("tagged: object %d has no end", number)
		}
		p.places[number] = place{offset: p.out.Len()}
		p.out.Write(file[start : start+last])
		p.out.WriteString("endobj\n")
	}
	return nil
}

// fold puts objects into one stream.
func (p *packing) fold(table *model.XRefTable, numbers []int) error {
	var index, objects []byte
	for nth, number := range numbers {
		index = fmt.Appendf(index, "%d %d ", number, len(objects))
		objects = append(appendObject(objects, table.Table[number].Object), '\n')
		p.places[number] = place{stream: p.next, nth: nth}
	}
	p.next++
	return p.stream(p.next-1, fmt.Sprintf("/Type/ObjStm/N %d/First %d", len(numbers), len(index)), append(index, objects...))
}

// stream writes a stream as the next object.
func (p *packing) stream(number int, entries string, content []byte) error {
	p.packed.Reset()
	p.packer.Reset(&p.packed)
	if _, err := p.packer.Write(content); err != nil {
		return err
	}
	if err := p.packer.Close(); err != nil {
		return err
	}
	p.places[number] = place{offset: p.out.Len()}
	fmt.Fprintf(&p.out, "%d 0 obj\n<<%s/Filter/FlateDecode/Length %d>>\nstream\n", number, entries, p.packed.Len())
	p.out.Write(p.packed.Bytes())
	p.out.WriteString("\nendstream\nendobj\n")
	return nil
}

// finish writes where each object stands. Each row tells only how it differs
// from the one above, which packs well.
func (p *packing) finish(table *model.XRefTable) error {
	if table.Root == nil || table.Info == nil {
		return errors.New("tagged: a file without a catalogue or a description")
	}
	start := p.out.Len()
	p.places[p.next] = place{offset: start}
	var rows bytes.Buffer
	var above, row [7]byte
	for number := range p.next + 1 {
		at, stands := p.places[number]
		row = [7]byte{}
		switch {
		case !stands: // free
			binary.BigEndian.PutUint16(row[5:], 0xffff)
		case at.stream > 0:
			row[0] = 2
			binary.BigEndian.PutUint32(row[1:], uint32(at.stream))
			binary.BigEndian.PutUint16(row[5:], uint16(at.nth))
		default:
			row[0] = 1
			binary.BigEndian.PutUint32(row[1:], uint32(at.offset))
		}
		rows.WriteByte(2) // the filter "Up"
		for i := range row {
			rows.WriteByte(row[i] - above[i])
		}
		above = row
	}
	entries := fmt.Sprintf("/Type/XRef/Size %d/W[1 4 2]/Root %s/Info %s/DecodeParms<</Predictor 12/Columns 7>>",
		p.next+1, table.Root.PDFString(), table.Info.PDFString())
	if err := p.stream(p.next, entries, rows.Bytes()); err != nil {
		return err
	}
	fmt.Fprintf(&p.out, "startxref\n%d\n%%%%EOF\n", start)
	return nil
}
