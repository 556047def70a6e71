package document

import "strconv"

// Colour is a colour of the palette, as six hexadecimal digits.
type Colour string

// The palette: that of the NHS design system. Text on any fill keeps a
// contrast of 4.5 to 1 at least.
const (
	Ink      Colour = "212b32"
	Soft     Colour = "4c6272"
	Rule     Colour = "d8dde0"
	Pale     Colour = "f0f4f5"
	White    Colour = "ffffff"
	Blue     Colour = "005eb8"
	DarkBlue Colour = "003087"
)

// RGB gives the colour's parts, 0 to 255.
func (c Colour) RGB() (r, g, b int) {
	n, _ := strconv.ParseUint(string(c), 16, 32)
	return int(n >> 16), int(n >> 8 & 0xff), int(n & 0xff)
}

// Tone is the colour of a tag or a callout. It repeats what the word says and
// never says anything alone. Its names are those of the design system's tags.
type Tone string

// The tones.
const (
	NoTone Tone = ""
	Grey   Tone = "grey"
	Green  Tone = "green"
	Aqua   Tone = "aqua-green"
	Yellow Tone = "yellow"
	Orange Tone = "orange"
	Red    Tone = "red"
)

// Fill is the background under the tone's word.
func (t Tone) Fill() Colour {
	switch t {
	case Green:
		return "cce5d8"
	case Aqua:
		return "bfe4e2"
	case Yellow:
		return "fff2ba"
	case Orange:
		return "ffd7b0"
	case Red:
		return "f7d4d1"
	}
	return "e8edee"
}

// Wash is the background of a callout: its word is large enough to carry the
// tone without much colour behind.
func (t Tone) Wash() Colour {
	switch t {
	case Green:
		return "eef7f2"
	case Aqua:
		return "ebf6f6"
	case Yellow:
		return "fffaea"
	case Orange:
		return "fff4e8"
	case Red:
		return "fdf1f0"
	}
	return Pale
}

// Strong is the colour of the bar beside the word.
func (t Tone) Strong() Colour {
	switch t {
	case Green:
		return "007f3b"
	case Aqua:
		return "00857c"
	case Yellow:
		return "ffb81c"
	case Orange:
		return "d6660b"
	case Red:
		return "b8281c"
	}
	return "768692"
}
