// Package seed loads what the product starts with: the organisations of NHS
// Wales, the governance groups, the record of 2017, the frameworks and the
// questionnaires; and, for a demonstration, fictitious suppliers and reviews.
package seed

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/incident"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
	"sicrwydd/templates"
)

var program = access.Program("seed")

// Facts loads everything that is true of every installation. What is there
// already stays as it is.
func Facts(ctx context.Context, db *store.DB) error {
	if err := frameworks(ctx, db); err != nil {
		return err
	}
	if err := questionnaires(ctx, db); err != nil {
		return err
	}
	_, err := store.Change(ctx, db, program, func(tx *store.Tx) (bool, error) {
		n, err := store.Count[directory.Organisation](tx, "")
		if err != nil || n > 0 {
			return false, err
		}
		return true, errors.Join(organisations(tx), groups(tx), record2017(tx))
	})
	return err
}

func frameworks(ctx context.Context, db *store.DB) error {
	files, err := fs.Glob(templates.Frameworks, "*.yaml")
	if err != nil {
		return err
	}
	_, err = store.Change(ctx, db, program, func(tx *store.Tx) (bool, error) {
		for _, name := range files {
			file, err := templates.Frameworks.Open(name)
			if err != nil {
				return false, err
			}
			read, err := questionnaire.ReadFramework(file)
			_ = file.Close()
			if err != nil {
				return false, fmt.Errorf("%s: %w", name, err)
			}
			_, err = store.FindBy[questionnaire.Framework](tx, "code = ?", read.Code)
			if fault.Is(err, fault.KindNotFound) {
				_, err = questionnaire.ImportFrameworkIn(tx, read, "embedded")
			}
			if err != nil {
				return false, fmt.Errorf("%s: %w", name, err)
			}
		}
		return true, nil
	})
	return err
}

func questionnaires(ctx context.Context, db *store.DB) error {
	for _, code := range []string{"core", "short"} {
		def, err := embedded(code)
		if err != nil {
			return fmt.Errorf("questionnaire %s: %w", code, err)
		}
		if _, err := questionnaire.New(db).PublishDefinition(ctx, program, def); err != nil {
			return fmt.Errorf("publish questionnaire %s: %w", code, err)
		}
	}
	return nil
}

func embedded(code string) (*questionnaire.Definition, error) {
	body, err := fs.ReadFile(templates.Questionnaires, path.Base(code)+".yaml")
	if err != nil {
		return nil, err
	}
	return questionnaire.Parse(body, embedded)
}

type organisation struct {
	en, cy string
	kind   directory.Kind
	ods    string
}

// nhsWales are the organisations that systems are hosted and used by.
var nhsWales = []organisation{
	{"Aneurin Bevan University Health Board", "Bwrdd Iechyd Prifysgol Aneurin Bevan", directory.HealthBoard, "7A6"},
	{"Betsi Cadwaladr University Health Board", "Bwrdd Iechyd Prifysgol Betsi Cadwaladr", directory.HealthBoard, "7A1"},
	{"Cardiff and Vale University Health Board", "Bwrdd Iechyd Prifysgol Caerdydd a'r Fro", directory.HealthBoard, "7A4"},
	{"Cwm Taf Morgannwg University Health Board", "Bwrdd Iechyd Prifysgol Cwm Taf Morgannwg", directory.HealthBoard, "7A5"},
	{"Hywel Dda University Health Board", "Bwrdd Iechyd Prifysgol Hywel Dda", directory.HealthBoard, "7A2"},
	{"Powys Teaching Health Board", "Bwrdd Iechyd Addysgu Powys", directory.HealthBoard, "7A7"},
	{"Swansea Bay University Health Board", "Bwrdd Iechyd Prifysgol Bae Abertawe", directory.HealthBoard, "7A3"},
	{"Public Health Wales NHS Trust", "Ymddiriedolaeth GIG Iechyd Cyhoeddus Cymru", directory.Trust, "RYT"},
	{"Velindre University NHS Trust", "Ymddiriedolaeth GIG Prifysgol Felindre", directory.Trust, "RQF"},
	{"Welsh Ambulance Services University NHS Trust", "Ymddiriedolaeth Brifysgol GIG Gwasanaethau Ambiwlans Cymru", directory.Trust, "RT4"},
	{"Digital Health and Care Wales", "Iechyd a Gofal Digidol Cymru", directory.SpecialHealthAuthority, ""},
	{"Health Education and Improvement Wales", "Addysg a Gwella Iechyd Cymru", directory.SpecialHealthAuthority, ""},
	{"NHS Wales Shared Services Partnership", "Partneriaeth Cydwasanaethau GIG Cymru", directory.HostedBody, ""},
}

func organisations(tx *store.Tx) error {
	for _, o := range nhsWales {
		in := directory.Input{Name: lang.Text{En: o.en, Cy: o.cy}, Kind: o.kind}
		if o.ods != "" {
			in.ODSCode = &o.ods
		}
		if _, err := directory.AddOrganisationIn(tx, in); err != nil {
			return fmt.Errorf("%s: %w", o.en, err)
		}
	}
	return nil
}

// groups are the four all-Wales groups that share the work.
func groups(tx *store.Tx) error {
	all := []lang.Text{
		{En: "Operational Security Services Management Board", Cy: "Bwrdd Rheoli Gwasanaethau Diogelwch Gweithredol"},
		{En: "Infrastructure Management Board", Cy: "Bwrdd Rheoli Seilwaith"},
		{En: "Implementation Planning and Delivery Group", Cy: "Grŵp Cynllunio a Chyflawni'r Gweithredu"},
		{En: "National Informatics Management Board", Cy: "Bwrdd Rheoli Gwybodeg Cenedlaethol"},
	}
	for i, name := range all {
		if _, err := directory.AddGroupIn(tx, fmt.Sprintf("GRP-%02d", i+1), name, lang.Text{}); err != nil {
			return fmt.Errorf("%s: %w", name.En, err)
		}
	}
	return nil
}

// record2017 is the breach that the product exists for, as far as it is
// public. What is not known stays empty, and nobody is rated.
func record2017(tx *store.Tx) error {
	velindre, err := store.FindBy[directory.Organisation](tx, "ods_code = ?", "RQF")
	if err != nil {
		return err
	}
	supplier, err := inventory.AddSupplierIn(tx, inventory.SupplierInput{Name: "Landauer", Note: lang.Text{
		En: "Record of the breach told in January 2017. Nothing later is recorded here, and no rating is given.",
		Cy: "Cofnod o'r tor diogelwch data a hysbyswyd ym mis Ionawr 2017. Nid oes dim diweddarach wedi'i gofnodi yma, ac ni roddir gradd.",
	}})
	if err != nil {
		return err
	}
	people, years := 4700, 6
	system, err := inventory.AddSystemIn(tx, inventory.SystemInput{
		Name: lang.Text{En: "Radiation Protection Service", Cy: "Gwasanaeth Diogelu rhag Ymbelydredd"},
		Purpose: lang.Text{
			En: "Dose meters for staff who work with X-rays.",
			Cy: "Mesuryddion dos ar gyfer staff sy'n gweithio gyda phelydrau X.",
		},
		HostOrganisationID: velindre.ID,
		Suppliers:          []inventory.SupplyInput{{SupplierID: supplier.ID, Part: "processes"}},
		DataCategories:     []inventory.DataCategory{inventory.DataIdentity, inventory.DataNationalInsuranceNumber, inventory.DataRadiationDose},
		PeopleCount:        &people, YearsKept: &years,
	})
	if err != nil {
		return err
	}
	return incident.RecordIn(tx, &incident.Incident{SupplierID: supplier.ID, SystemID: &system.ID, HappenedOn: "2016-10-06",
		ToldOn: "2017-01-17", Summary: lang.Text{
			En: "The supplier's servers were broken into on 6 October 2016; it told Velindre NHS Trust on 17 January 2017. Names, dates of birth, radiation doses and National Insurance numbers of over 3,400 NHS staff and over 1,300 others were taken.",
			Cy: "Torrwyd i mewn i weinyddion y cyflenwr ar 6 Hydref 2016; rhoddodd wybod i Ymddiriedolaeth GIG Felindre ar 17 Ionawr 2017. Cymerwyd enwau, dyddiadau geni, dosau ymbelydredd a rhifau Yswiriant Gwladol dros 3,400 o staff y GIG a dros 1,300 o bobl eraill.",
		}})
}

// organisationNamed finds a seeded organisation by the start of its name.
func organisationNamed(tx *store.Tx, start string) (uuid.UUID, error) {
	all, err := store.All[directory.Organisation](tx, "", "")
	if err != nil {
		return uuid.Nil, err
	}
	for _, o := range all {
		if strings.HasPrefix(o.Name.En, start) {
			return o.ID, nil
		}
	}
	return uuid.Nil, fmt.Errorf("no organisation is called %s", start)
}
