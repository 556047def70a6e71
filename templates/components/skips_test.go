package components

// skips lists the samples of the design system that use what we do not offer.
var skips = map[string][]string{
	"breadcrumb": {
		"attributes",
	},
	"checkboxes": {
		"with error only",
	},
	"dateInput": {
		"with error only",
	},
	"errorSummary": {
		"with description via call block",
	},
	"fileUpload": {
		"button",
		"button",
		"button",
		"with error only",
	},
	"footer": {
		"with meta HTML via call block",
		"with single navigation group",
		"with single navigation group (empty items)",
	},
	"header": {
		"with search",
		"with search",
		"with search inline",
		"with search inline",
		"with service name (linked and long), search",
		"with service name (linked and long), search",
	},
	"input": {
		"with error only",
	},
	"label": {
		"with HTML",
		"with HTML via call block",
	},
	"passwordInput": {
		"with error only",
	},
	"radios": {
		"with error only",
	},
	"select": {
		"with error only",
	},
	"table": {
		"as a card",
		"as a card",
		"as a card",
	},
	"textarea": {
		"with error only",
	},
}

// differs lists the samples that we draw otherwise, on purpose: a part of a
// group that is enabled although the group is not; an error without the word;
// a label that contradicts itself; numbers of tasks that count the empty ones;
// a copyright line left away; a date of which "false" leaves a part away, which
// we have as "items".
var differs = map[string][]string{
	"dateInput": {
		"disabled with enabled input", "day and month", "month and year", "month and year with fields",
		"month and year with fields overriding values", "month and year with values",
	},
	"errorMessage":  {"without visually hidden text"},
	"footer":        {"with meta links and HTML"},
	"label":         {"with deprecated page heading overriding heading"},
	"passwordInput": {"disabled with enabled button"},
	"taskList":      {"with empty items"},
}
