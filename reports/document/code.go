package document

import "github.com/boombuler/barcode/qr"

// quiet is how many modules around a code stay white, for cameras to find it.
const quiet = 4

// Code draws a text as a QR code, of shapes like any figure: dark runs are one
// rectangle each.
func Code(text string) (Drawing, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return Drawing{}, err
	}
	size := code.Bounds().Dx()
	d := Drawing{Width: float64(size + 2*quiet), Height: float64(size + 2*quiet)}
	d.Shapes = append(d.Shapes, Rect{W: d.Width, H: d.Height, Fill: White})
	dark := func(x, y int) bool { r, _, _, _ := code.At(x, y).RGBA(); return r == 0 }
	for y := range size {
		for x := 0; x < size; x++ {
			from := x
			for x < size && dark(x, y) {
				x++
			}
			if x > from {
				d.Shapes = append(d.Shapes, Rect{X: float64(from + quiet), Y: float64(y + quiet), W: float64(x - from), H: 1, Fill: Ink})
			}
		}
	}
	return d, nil
}
