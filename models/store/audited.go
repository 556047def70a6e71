package store

// audited lists the tables whose rows have versions that events tell of, with
// the name of their kind in the audit log. A test holds it against the models.
var audited = []struct{ table, kind string }{
	{"organisations", "organisation"}, {"governance_groups", "governance_group"}, {"appointments", "appointment"},
	{"users", "user"}, {"memberships", "membership"}, {"invitations", "invitation"}, {"api_tokens", "api_token"},
	{"suppliers", "supplier"}, {"systems", "system"}, {"system_uses", "system_use"}, {"certificates", "certificate"},
	{"subcontractors", "subcontractor"}, {"contracts", "contract"}, {"factors", "factor"}, {"factor_resets", "factor_reset"}, {"provider_links", "provider_link"}, {"saved_views", "saved_view"}, {"calendar_feeds", "calendar_feed"},
	{"frameworks", "framework"}, {"questionnaires", "questionnaire"}, {"questionnaire_versions", "questionnaire_version"},
	{"programmes", "programme"}, {"reviews", "review"}, {"respondents", "respondent"},
	{"answers", "answer"}, {"evidence", "evidence"}, {"judgements", "judgement"}, {"findings", "finding"},
	{"sign_offs", "sign_off"}, {"actions", "action"}, {"reports", "report"}, {"messages", "message"},
	{"extensions", "extension"}, {"risk_acceptances", "risk_acceptance"}, {"incidents", "incident"},
	{"packs", "pack"},
	{"inventory_imports", "inventory_import"}, {"inventory_returns", "inventory_return"}, {"review_batches", "review_batch"},
}
