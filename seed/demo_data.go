package seed

import "sicrwydd/models/inventory"

// The demonstration: every supplier, system and person here is fictitious, and
// the names say so.

type demoSupplier struct {
	name, domain string
	quality      float64 // how well it does, 0 to 1
	certificates []string
}

var demoSuppliers = []demoSupplier{
	{"Afon Cloud Ltd (fictitious)", "afon-cloud.example", 0.97, []string{"cyber_essentials_plus", "iso_27001"}},
	{"Bryngwyn Imaging Systems Ltd (fictitious)", "bryngwyn.example", 0.86, []string{"cyber_essentials_plus"}},
	{"Castell Pathology Software Ltd (fictitious)", "castell.example", 0.72, []string{"cyber_essentials"}},
	{"Dyffryn Payroll Services plc (fictitious)", "dyffryn.example", 0.9, []string{"iso_27001", "dspt"}},
	{"Eryri Telehealth Ltd (fictitious)", "eryri-telehealth.example", 0.55, nil},
	{"Ffynnon Data Hosting Ltd (fictitious)", "ffynnon.example", 0.93, []string{"iso_27001", "cyber_essentials_plus"}},
	{"Glasfor Rostering Ltd (fictitious)", "glasfor.example", 0.78, []string{"cyber_essentials"}},
	{"Hafren Pharmacy Systems Ltd (fictitious)", "hafren.example", 0.45, nil},
	{"Idris Messaging Ltd (fictitious)", "idris-messaging.example", 0.82, []string{"cyber_essentials_plus"}},
	{"Llŷn Learning Platforms Ltd (fictitious)", "llyn-learning.example", 0.7, []string{"cyber_essentials"}},
	{"Mawddach Analytics Ltd (fictitious)", "mawddach.example", 0.88, []string{"iso_27001"}},
	{"Nant y Gof Support Services Ltd (fictitious)", "nantygof.example", 0.3, nil},
}

type demoSystem struct {
	en, cy      string
	supplier    int // in demoSuppliers
	host        string
	criticality int
	people      int
	categories  []inventory.DataCategory
	exposure    inventory.Exposure
	hosting     inventory.HostingKind
	parts       []inventory.Part
}

var (
	clinical = []inventory.DataCategory{inventory.DataIdentity, inventory.DataNHSNumber, inventory.DataHealth}
	staff    = []inventory.DataCategory{inventory.DataStaff, inventory.DataContact}
	payroll  = []inventory.DataCategory{inventory.DataStaff, inventory.DataFinancial, inventory.DataNationalInsuranceNumber}
	none     = []inventory.DataCategory{}

	credentials = []inventory.DataCategory{inventory.DataIdentity, inventory.DataCredentials}

	hosting  = []inventory.Part{"hosts", "supports"}
	building = []inventory.Part{"develops", "supports"}
)

var demoSystems = []demoSystem{
	{"National patient record viewer (fictitious)", "Gwelydd cofnodion cleifion cenedlaethol (ffug)", 0, "Digital Health", 1, 3_100_000, clinical, "partner", "cloud", []inventory.Part{"hosts", "supports"}},
	{"All-Wales imaging archive (fictitious)", "Archif ddelweddu Cymru gyfan (ffug)", 1, "Digital Health", 1, 1_900_000, clinical, "partner", "supplier", []inventory.Part{"develops", "hosts"}},
	{"Laboratory results service (fictitious)", "Gwasanaeth canlyniadau labordy (ffug)", 2, "Digital Health", 1, 2_400_000, clinical, "partner", "own", []inventory.Part{"develops", "supports"}},
	{"Staff payroll (fictitious)", "Cyflogres staff (ffug)", 3, "NHS Wales Shared", 2, 110_000, payroll, "internet", "cloud", []inventory.Part{"hosts", "processes"}},
	{"Video consultations (fictitious)", "Ymgynghoriadau fideo (ffug)", 4, "Aneurin Bevan", 3, 60_000, clinical, "internet", "cloud", []inventory.Part{"develops", "hosts"}},
	{"National data centre hosting (fictitious)", "Lletya'r ganolfan ddata genedlaethol (ffug)", 5, "Digital Health", 1, 0, none, "partner", "supplier", []inventory.Part{"hosts"}},
	{"Nurse rostering (fictitious)", "Rhestr ddyletswyddau nyrsys (ffug)", 6, "Cardiff and Vale", 3, 9_500, staff, "internet", "cloud", []inventory.Part{"develops", "hosts"}},
	{"Hospital pharmacy stock (fictitious)", "Stoc fferyllfeydd ysbytai (ffug)", 7, "Betsi Cadwaladr", 2, 800, staff, "none", "own", []inventory.Part{"develops", "supports"}},
	{"Appointment reminders (fictitious)", "Negeseuon atgoffa am apwyntiadau (ffug)", 8, "Digital Health", 3, 1_200_000, []inventory.DataCategory{inventory.DataContact, inventory.DataNHSNumber}, "internet", "cloud", []inventory.Part{"processes"}},
	{"Learning records (fictitious)", "Cofnodion dysgu (ffug)", 9, "Health Education", 4, 95_000, staff, "internet", "cloud", []inventory.Part{"develops", "hosts"}},
	{"Waiting list analysis (fictitious)", "Dadansoddi rhestrau aros (ffug)", 10, "Public Health", 3, 640_000, clinical, "partner", "cloud", []inventory.Part{"processes"}},
	{"Desktop support (fictitious)", "Cymorth bwrdd gwaith (ffug)", 11, "Hywel Dda", 3, 0, nil, "", "", []inventory.Part{"supports"}},
	{"Ambulance dispatch maps (fictitious)", "Mapiau anfon ambiwlansys (ffug)", 0, "Welsh Ambulance", 1, 0, none, "partner", "cloud", []inventory.Part{"hosts"}},
	{"Cancer treatment planning (fictitious)", "Cynllunio triniaeth canser (ffug)", 1, "Velindre", 1, 22_000, clinical, "none", "supplier", []inventory.Part{"develops", "supports"}},
	{"Blood stock tracking (fictitious)", "Olrhain stoc gwaed (ffug)", 2, "Velindre", 1, 85_000, clinical, "partner", "supplier", []inventory.Part{"develops", "hosts"}},
	{"Expenses (fictitious)", "Treuliau (ffug)", 3, "NHS Wales Shared", 4, 70_000, payroll, "internet", "cloud", []inventory.Part{"hosts"}},
	{"Community nursing diary (fictitious)", "Dyddiadur nyrsio cymunedol (ffug)", 6, "Powys", 3, 14_000, clinical, "internet", "cloud", []inventory.Part{"develops", "hosts"}},
	{"Catering menus (fictitious)", "Bwydlenni arlwyo (ffug)", 11, "Swansea Bay", 4, 0, none, "none", "own", []inventory.Part{"supports"}},
	{"Screening invitations (fictitious)", "Gwahoddiadau sgrinio (ffug)", 8, "Public Health", 2, 880_000, clinical, "partner", "cloud", []inventory.Part{"processes"}},
	{"Maternity notes (fictitious)", "Nodiadau mamolaeth (ffug)", 4, "Cwm Taf", 2, 31_000, clinical, "internet", "cloud", []inventory.Part{"develops", "hosts"}},
}

// stage is how far a review of the demonstration has come.
type stage int

const (
	planned stage = iota
	issued
	begun
	submitted
	returned
	judging
	assessed
	signed
	closed
	cancelled
)

type demoReview struct {
	supplier int
	systems  []int // in demoSystems
	code     string
	daysAgo  int // when it was issued
	until    stage
}

var demoReviews = []demoReview{
	{0, []int{0, 12}, "core", 120, signed},
	{3, []int{3}, "core", 430, signed}, // has lapsed since
	{2, []int{2}, "core", 200, signed},
	{7, []int{7}, "core", 90, signed},
	{5, []int{5}, "core", 60, assessed},
	{1, []int{1, 13}, "core", 50, judging},
	{8, []int{8}, "short", 40, returned},
	{10, []int{10}, "short", 30, submitted},
	{6, []int{6}, "short", 400, signed},
	{6, []int{6, 16}, "short", 20, begun},
	{9, []int{9}, "short", 5, issued},
	{4, []int{19}, "core", 2, planned},
	{11, []int{11}, "short", 100, closed},
	{3, []int{15}, "short", 15, cancelled},
}
