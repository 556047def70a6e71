package components

import (
	"fmt"
	"html/template"
	"reflect"
	"slices"
	"strings"
)

// Pairs are named arguments as a template writes them: name, value, name,
// value. A nested part of a component (a row, an option) is given as Pairs.
type Pairs []Pair

// Pair is one named argument.
type Pair struct {
	Name  string
	Value any
}

// NewPairs reads name, value, name, value.
func NewPairs(args []any) (Pairs, error) {
	if len(args)%2 != 0 {
		return nil, fmt.Errorf("arguments go in pairs of name and value: got %d", len(args))
	}
	pairs := make(Pairs, 0, len(args)/2)
	for i := 0; i < len(args); i += 2 {
		name, ok := args[i].(string)
		if !ok {
			return nil, fmt.Errorf("argument %d is %T, and should be a name", i+1, args[i])
		}
		pairs = append(pairs, Pair{Name: name, Value: args[i+1]})
	}
	return pairs, nil
}

// Field places a control in its form: "at" (field $ "name.en") gives it its
// name, its id, and its error when the form has one.
type Field struct {
	Name  string
	ID    string
	Error string
}

// filler sets the fields of a component's struct. Trusted lets a plain string
// be HTML: only the test that reads the design system's own samples does so.
type filler struct{ trusted bool }

func (f filler) fill(target reflect.Value, pairs Pairs) error {
	for _, p := range pairs {
		if at, ok := p.Value.(Field); ok && p.Name == "at" {
			if err := f.place(target, at); err != nil {
				return err
			}
			continue
		}
		field, ok := find(target, p.Name)
		if !ok {
			return fmt.Errorf("%s has no %q", target.Type().Name(), p.Name)
		}
		if err := f.set(field, p.Value); err != nil {
			return fmt.Errorf("%s %q: %w", target.Type().Name(), p.Name, err)
		}
	}
	return nil
}

func (f filler) place(target reflect.Value, at Field) error {
	id, ok := find(target, "idPrefix")
	if !ok {
		id, ok = find(target, "id")
	}
	name, named := find(target, "name")
	failure, fails := find(target, "errorMessage")
	if !ok || !fails {
		return fmt.Errorf("%s is no field of a form", target.Type().Name())
	}
	if !named { // a date has three inputs under one name
		name, _ = find(target, "namePrefix")
	}
	id.SetString(at.ID)
	name.SetString(at.Name)
	return f.set(failure, at.Error)
}

func find(target reflect.Value, name string) (reflect.Value, bool) {
	wanted := strings.ToLower(strings.ReplaceAll(name, "-", ""))
	if wanted == "error" && target.Type() != reflect.TypeFor[DateItem]() {
		wanted = "errormessage"
	}
	field := target.FieldByNameFunc(func(s string) bool { return strings.ToLower(s) == wanted })
	return field, field.IsValid() && field.CanSet()
}

var (
	colourType = reflect.TypeFor[Colour]()
	htmlType   = reflect.TypeFor[template.HTML]()
	pairsType  = reflect.TypeFor[Pairs]()
)

func (f filler) set(field reflect.Value, value any) error {
	if value == nil {
		return nil
	}
	v := reflect.ValueOf(value)
	if left := value == false && !takesFalse(field.Type()); left ||
		v.Kind() == reflect.Pointer && v.IsNil() {
		return nil // {{... (and .Wide "app-wide")}}: nothing is given
	}
	if v.Type().AssignableTo(field.Type()) {
		field.Set(v)
		return nil
	}
	if field.Type() == htmlType {
		if v.Kind() == reflect.String && f.trusted {
			field.SetString(v.String())
			return nil
		}
		return fmt.Errorf("%T is not HTML", value)
	}
	switch field.Kind() {
	case reflect.Pointer:
		return f.setPointer(field, v)
	case reflect.String:
		return setString(field, value, v)
	case reflect.Int:
		if v.CanInt() || v.CanFloat() {
			field.Set(v.Convert(field.Type()))
			return nil
		}
	case reflect.Slice:
		return f.setSlice(field, v)
	case reflect.Struct:
		return f.setStruct(field, value, v)
	case reflect.Map:
		return f.setMap(field, value)
	}
	return fmt.Errorf("%T does not fit %s", value, field.Type())
}

// setPointer leaves an optional part away where it is given as nothing: no
// hint, no error.
func (f filler) setPointer(field, v reflect.Value) error {
	if v.Kind() == reflect.Pointer {
		return fmt.Errorf("%s does not fit %s", v.Type(), field.Type())
	}
	if field.Type().Elem().Kind() == reflect.Struct && (v.Kind() == reflect.String || v.Type() == pairsType) && v.Len() == 0 {
		return nil
	}
	part := reflect.New(field.Type().Elem())
	if err := f.set(part.Elem(), v.Interface()); err != nil {
		return err
	}
	field.Set(part)
	return nil
}

func setString(field reflect.Value, value any, v reflect.Value) error {
	switch {
	case field.Type() == colourType && value == false:
		field.SetString("none")
	case v.Kind() == reflect.String:
		field.SetString(v.String())
	case v.CanInt() || v.CanUint() || v.CanFloat():
		field.SetString(fmt.Sprint(value))
	default:
		if s, ok := value.(fmt.Stringer); ok {
			field.SetString(s.String())
			return nil
		}
		return fmt.Errorf("%T is not text", value)
	}
	return nil
}

func (f filler) setSlice(field, v reflect.Value) error {
	if v.Kind() != reflect.Slice {
		return fmt.Errorf("%s is no list", v.Type())
	}
	list := reflect.MakeSlice(field.Type(), 0, v.Len())
	for i := range v.Len() {
		item := v.Index(i).Interface()
		if item == nil || item == false || item == "" && field.Type().Elem().Kind() == reflect.Struct {
			continue // an item that is left away
		}
		part := reflect.New(field.Type().Elem()).Elem()
		if err := f.set(part, item); err != nil {
			return fmt.Errorf("item %d: %w", i+1, err)
		}
		list = reflect.Append(list, part)
	}
	field.Set(list)
	return nil
}

// setStruct takes named arguments; or text or HTML alone, where the part is
// text with more to say about it.
func (f filler) setStruct(field reflect.Value, value any, v reflect.Value) error {
	switch value := value.(type) {
	case Pairs:
		return f.fill(field, value)
	case map[string]any:
		return f.fill(field, fromMap(value))
	case []any:
		if items, ok := find(field, "items"); ok {
			return f.set(items, value)
		}
	case template.HTML:
		if content, ok := find(field, "html"); ok {
			content.Set(v)
			return nil
		}
	}
	for _, name := range []string{"text", "name"} {
		if content, ok := find(field, name); ok && v.Kind() != reflect.Bool {
			return f.set(content, value)
		}
	}
	return fmt.Errorf("%T does not fit %s", value, field.Type().Name())
}

// setMap fills Attributes.
func (f filler) setMap(field reflect.Value, value any) error {
	var pairs Pairs
	switch value := value.(type) {
	case Pairs:
		pairs = value
	case map[string]any:
		pairs = fromMap(value)
	default:
		return fmt.Errorf("%T does not fit %s", value, field.Type())
	}
	attributes := Attributes{}
	for _, p := range pairs {
		switch v := p.Value.(type) {
		case string, bool, int, float64:
			attributes[p.Name] = fmt.Sprint(v)
		default:
			if v := reflect.ValueOf(v); v.Kind() != reflect.String {
				return fmt.Errorf("attribute %q is %T", p.Name, p.Value)
			}
			attributes[p.Name] = fmt.Sprint(v)
		}
	}
	field.Set(reflect.ValueOf(attributes))
	return nil
}

func fromMap(m map[string]any) Pairs {
	pairs := make(Pairs, 0, len(m))
	for name, value := range m {
		pairs = append(pairs, Pair{Name: name, Value: value})
	}
	slices.SortFunc(pairs, func(a, b Pair) int { return strings.Compare(a.Name, b.Name) })
	return pairs
}

// takesFalse reports whether "false" says something to the field, rather than
// leaving it away.
func takesFalse(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.Bool || t.Kind() == reflect.Interface || t == colourType
}
