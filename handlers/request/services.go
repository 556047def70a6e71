package request

import (
	"sicrwydd/models/directory"
	"sicrwydd/models/identity"
	"sicrwydd/models/inventory"
	"sicrwydd/models/pack"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

// Services are the rooms of the domain that handlers open onto.
type Services struct {
	DB             *store.DB
	Identity       *identity.Service
	Directory      *directory.Service
	Inventory      *inventory.Service
	Questionnaires *questionnaire.Service
	Reviews        *review.Service
	Portfolio      *portfolio.Service
	Packs          *pack.Service
}
