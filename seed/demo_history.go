package seed

import "math/rand/v2"

// Suppliers and systems that were reviewed year after year, so that trends and
// concentration show. They are as fictitious as the others.

func init() {
	demoSuppliers = append(demoSuppliers,
		demoSupplier{"Ogwen Referral Systems Ltd (fictitious)", "ogwen.example", 0.96, []string{"cyber_essentials_plus"}},
		demoSupplier{"Peblig Document Services Ltd (fictitious)", "peblig.example", 0.93, []string{"cyber_essentials"}},
		demoSupplier{"Rheidol Radiology Software Ltd (fictitious)", "rheidol.example", 0.98, []string{"iso_27001"}},
		demoSupplier{"Seiont Identity Ltd (fictitious)", "seiont.example", 0.99, []string{"iso_27001", "cyber_essentials_plus"}},
		demoSupplier{"Teifi Theatre Systems Ltd (fictitious)", "teifi.example", 0.9, nil},
		demoSupplier{"Tywi Networks plc (fictitious)", "tywi-networks.example", 0.97, []string{"iso_27001", "cyber_essentials_plus"}},
		demoSupplier{"Wnion Wound Imaging Ltd (fictitious)", "wnion.example", 0.86, nil},
		demoSupplier{"Ystwyth Dental Records Ltd (fictitious)", "ystwyth.example", 0.95, []string{"cyber_essentials"}},
		demoSupplier{"Alwen Estates Software Ltd (fictitious)", "alwen.example", 0.92, []string{"cyber_essentials"}},
		demoSupplier{"Banwy Translation Systems Ltd (fictitious)", "banwy.example", 0.96, []string{"cyber_essentials_plus"}},
		demoSupplier{"Cothi Procurement Ltd (fictitious)", "cothi.example", 0.82, nil},
		demoSupplier{"Dwyryd Dictation Ltd (fictitious)", "dwyryd.example", 0.95, []string{"cyber_essentials"}},
		demoSupplier{"Elwy Eye Care Systems Ltd (fictitious)", "elwy.example", 0.94, []string{"dspt"}},
	)
	demoSystems = append(demoSystems,
		demoSystem{"Referral exchange (fictitious)", "Cyfnewidfa atgyfeiriadau (ffug)", 12, "Digital Health", 1, 1_400_000, clinical, "internet", "cloud", hosting},
		demoSystem{"Letters to patients (fictitious)", "Llythyrau at gleifion (ffug)", 13, "Digital Health", 2, 2_000_000, clinical, "partner", "supplier", hosting},
		demoSystem{"Radiology reporting (fictitious)", "Adrodd radioleg (ffug)", 14, "Betsi Cadwaladr", 1, 690_000, clinical, "partner", "own", building},
		demoSystem{"Sign-in service for staff (fictitious)", "Gwasanaeth mewngofnodi staff (ffug)", 15, "Digital Health", 1, 105_000, credentials, "internet", "cloud", hosting},
		demoSystem{"Theatre scheduling (fictitious)", "Amserlennu theatrau (ffug)", 16, "Swansea Bay", 2, 210_000, clinical, "none", "own", building},
		demoSystem{"Wide area network (fictitious)", "Rhwydwaith ardal eang (ffug)", 17, "Digital Health", 1, 0, none, "partner", "supplier", hosting},
		demoSystem{"Site telephones (fictitious)", "Ffonau safleoedd (ffug)", 17, "Aneurin Bevan", 2, 14_000, staff, "partner", "supplier", hosting},
		demoSystem{"Emergency call recording (fictitious)", "Recordio galwadau brys (ffug)", 17, "Welsh Ambulance", 1, 480_000, clinical, "partner", "supplier", hosting},
		demoSystem{"Wound photographs (fictitious)", "Ffotograffau clwyfau (ffug)", 18, "Hywel Dda", 3, 26_000, clinical, "internet", "cloud", building},
		demoSystem{"Dental records (fictitious)", "Cofnodion deintyddol (ffug)", 19, "Powys", 3, 90_000, clinical, "partner", "cloud", building},
		demoSystem{"Estates and works (fictitious)", "Ystadau a gwaith (ffug)", 20, "Cwm Taf", 4, 900, staff, "none", "own", building},
		demoSystem{"Translation desk (fictitious)", "Desg gyfieithu (ffug)", 21, "NHS Wales Shared", 4, 1_500, staff, "internet", "cloud", building},
		demoSystem{"Purchasing catalogue (fictitious)", "Catalog prynu (ffug)", 22, "NHS Wales Shared", 3, 6_000, staff, "internet", "cloud", hosting},
		demoSystem{"Clinical dictation (fictitious)", "Arddweud clinigol (ffug)", 23, "Cardiff and Vale", 2, 310_000, clinical, "partner", "cloud", building},
		demoSystem{"Eye clinic records (fictitious)", "Cofnodion clinig llygaid (ffug)", 24, "Cardiff and Vale", 2, 120_000, clinical, "partner", "own", building},
		demoSystem{"Imaging for cancer services (fictitious)", "Delweddu gwasanaethau canser (ffug)", 14, "Velindre", 1, 60_000, clinical, "partner", "own", building},
		demoSystem{"Sign-in service for the public (fictitious)", "Gwasanaeth mewngofnodi'r cyhoedd (ffug)", 15, "Digital Health", 1, 900_000, credentials, "internet", "cloud", hosting},
		demoSystem{"Vaccination bookings (fictitious)", "Archebu brechiadau (ffug)", 12, "Public Health", 2, 1_700_000, clinical, "internet", "cloud", hosting},
		demoSystem{"Training rota (fictitious)", "Rota hyfforddi (ffug)", 6, "Health Education", 4, 4_200, staff, "internet", "cloud", hosting},
		demoSystem{"Community hospital network (fictitious)", "Rhwydwaith ysbytai cymuned (ffug)", 17, "Powys", 2, 0, none, "partner", "supplier", hosting},
	)
	demoReviews = append(demoReviews, demoHistory()...)
}

// demoHistory is a review of most of those systems in each of three years, the
// same at each start: who did badly does somewhat better each time.
func demoHistory() []demoReview {
	chance := rand.New(rand.NewPCG(2017, 3)) //nolint:gosec // the same each time is what it is for
	var history []demoReview
	for system := 20; system < len(demoSystems); system++ {
		for year := range 3 {
			if chance.IntN(10) < 2 { // missed
				continue
			}
			plan := demoReview{demoSystems[system].supplier, []int{system}, "short", 365*year + 70 + chance.IntN(220), signed}
			switch {
			case year == 0 && chance.IntN(4) == 0:
				continue // due, and not asked yet
			case chance.IntN(12) == 0:
				plan.until = closed
			}
			history = append(history, plan)
		}
	}
	return history
}
