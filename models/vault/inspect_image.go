package vault

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// maxPixels bounds what an image unfolds to in the reader's program.
const maxPixels = 100_000_000

var (
	pngSignature = []byte("\x89PNG\r\n\x1a\n")
	jpegStart    = []byte{0xff, 0xd8}
)

// checkPNG walks the chunks: whole, undamaged, beginning with the header, and
// nothing after the end.
func checkPNG(content []byte) error {
	if holdsAnother(content) {
		return mismatch()
	}
	rest := content[len(pngSignature):]
	for first := true; ; first = false {
		if len(rest) < 12 {
			return damaged()
		}
		length := binary.BigEndian.Uint32(rest)
		if uint64(length)+12 > uint64(len(rest)) {
			return damaged()
		}
		name, body := string(rest[4:8]), rest[8:8+length]
		if crc32.ChecksumIEEE(rest[4:8+length]) != binary.BigEndian.Uint32(rest[8+length:]) {
			return damaged()
		}
		if first && (name != "IHDR" || length != 13 || !sized(binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[4:]))) {
			return damaged()
		}
		rest = rest[12+length:]
		if name != "IEND" {
			continue
		}
		if len(rest) > 0 {
			return mismatch()
		}
		return nil
	}
}

// checkJPEG walks the segments of the image and of those that may follow it
// (cameras add a preview or a depth map as further images).
func checkJPEG(content []byte) error {
	if holdsAnother(content) {
		return mismatch()
	}
	for first := true; ; first = false {
		if !bytes.HasPrefix(content, jpegStart) {
			if first {
				return damaged()
			}
			return mismatch()
		}
		rest, ok := jpegImage(content[len(jpegStart):])
		if !ok {
			return damaged()
		}
		if content = bytes.TrimLeft(rest, "\x00"); len(content) == 0 {
			return nil
		}
	}
}

// jpegImage walks one image and gives what follows it.
func jpegImage(rest []byte) (after []byte, ok bool) {
	framed := false
	for len(rest) >= 2 && rest[0] == 0xff {
		marker := rest[1]
		if marker == 0xff { // a fill byte: the marker is still to come
			rest = rest[1:]
			continue
		}
		rest = rest[2:]
		if marker == 0xd9 { // end of image
			return rest, framed
		}
		if len(rest) < 2 {
			return nil, false
		}
		length := int(binary.BigEndian.Uint16(rest))
		if length < 2 || length > len(rest) {
			return nil, false
		}
		if isFrame(marker) {
			if length < 7 || !sized(uint32(binary.BigEndian.Uint16(rest[3:])), uint32(binary.BigEndian.Uint16(rest[5:]))) {
				return nil, false
			}
			framed = true
		}
		rest = rest[length:]
		if marker == 0xda { // start of scan: coded data runs up to the next marker
			rest = rest[scanLength(rest):]
		}
	}
	return nil, false
}

// isFrame reports whether a marker begins a frame header, which holds the size.
func isFrame(marker byte) bool {
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc
}

// scanLength gives the length of coded data: in it, 0xff is followed by 0 or
// by a restart marker.
func scanLength(data []byte) int {
	for i := 0; i+1 < len(data); i++ {
		if data[i] == 0xff && data[i+1] != 0 && (data[i+1] < 0xd0 || data[i+1] > 0xd7) {
			return i
		}
	}
	return len(data)
}

func sized(width, height uint32) bool {
	return width > 0 && height > 0 && uint64(width)*uint64(height) <= maxPixels
}
