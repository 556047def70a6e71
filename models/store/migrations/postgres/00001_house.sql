-- +goose Up

-- Audit: events are only ever added; the sealer alone deletes what is pending.
CREATE TABLE audit_events (
    id              UUID PRIMARY KEY,
    at              TIMESTAMPTZ NOT NULL,
    user_id         UUID NOT NULL,
    membership_id   UUID NOT NULL,
    action          TEXT NOT NULL,
    subject_kind    TEXT NOT NULL,
    subject_id      UUID NOT NULL,
    subject_version INTEGER,
    about_id        UUID NOT NULL,
    payload_digest  TEXT NOT NULL,
    UNIQUE (subject_id, subject_version)
);
CREATE INDEX audit_events_about ON audit_events (about_id, id);
CREATE TABLE audit_payloads (
    event_id UUID PRIMARY KEY,
    salt     BYTEA NOT NULL,
    payload  TEXT NOT NULL
);
CREATE TABLE audit_pending (event_id UUID PRIMARY KEY);
CREATE TABLE audit_seals (
    position BIGINT PRIMARY KEY,
    event_id UUID NOT NULL UNIQUE,
    previous TEXT NOT NULL,
    hash     TEXT NOT NULL
);
CREATE TABLE reference_series (series TEXT PRIMARY KEY, last INTEGER NOT NULL);

-- Directory
CREATE TABLE organisations (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    name_en TEXT NOT NULL, name_cy TEXT NOT NULL,
    kind TEXT NOT NULL,
    ods_code TEXT UNIQUE,
    parent_id UUID REFERENCES organisations (id),
    signed_for_by_id UUID REFERENCES organisations (id)
);
CREATE TABLE governance_groups (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    name_en TEXT NOT NULL, name_cy TEXT NOT NULL,
    purpose_en TEXT NOT NULL, purpose_cy TEXT NOT NULL,
    members TEXT NOT NULL,
    meetings TEXT NOT NULL
);

-- Identity
CREATE TABLE users (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    job_title TEXT NOT NULL,
    phone TEXT NOT NULL,
    language TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    status TEXT NOT NULL
);
CREATE TABLE appointments (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    role TEXT NOT NULL,
    deputy BOOLEAN NOT NULL,
    person_name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    user_id UUID REFERENCES users (id),
    from_on TEXT NOT NULL,
    until_on TEXT NOT NULL
);
CREATE INDEX appointments_organisation ON appointments (organisation_id);

-- Inventory
CREATE TABLE suppliers (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    trading_name TEXT NOT NULL,
    company_number TEXT NOT NULL,
    identifiers TEXT NOT NULL,
    country TEXT NOT NULL,
    website TEXT NOT NULL,
    status TEXT NOT NULL,
    contacts TEXT NOT NULL,
    parent_id UUID REFERENCES suppliers (id),
    entered_by_id UUID REFERENCES organisations (id),
    note_en TEXT NOT NULL, note_cy TEXT NOT NULL
);
CREATE INDEX suppliers_name ON suppliers (name, id);
CREATE TABLE systems (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    name_en TEXT NOT NULL, name_cy TEXT NOT NULL,
    purpose_en TEXT NOT NULL, purpose_cy TEXT NOT NULL,
    identifiers TEXT NOT NULL,
    host_organisation_id UUID NOT NULL REFERENCES organisations (id),
    information_asset_owner TEXT NOT NULL,
    criticality INTEGER,
    data_categories TEXT,
    people_count INTEGER,
    people_kinds TEXT NOT NULL,
    years_kept INTEGER,
    hosting_location TEXT NOT NULL,
    hosting_country TEXT NOT NULL,
    hosting_kind TEXT NOT NULL,
    exposure TEXT NOT NULL,
    connections TEXT NOT NULL,
    live_since TEXT NOT NULL,
    status TEXT NOT NULL,
    consequence INTEGER NOT NULL,
    worked_out_tier INTEGER NOT NULL,
    tier INTEGER NOT NULL,
    tier_provisional BOOLEAN NOT NULL,
    tier_rule_version TEXT NOT NULL,
    tier_override INTEGER,
    tier_override_reason TEXT NOT NULL,
    tier_override_of INTEGER
);
CREATE INDEX systems_host ON systems (host_organisation_id);
CREATE INDEX systems_name ON systems (name_en, id);
CREATE TABLE system_suppliers (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    system_id UUID NOT NULL REFERENCES systems (id),
    supplier_id UUID NOT NULL REFERENCES suppliers (id),
    part TEXT NOT NULL,
    UNIQUE (system_id, supplier_id, part)
);
CREATE INDEX system_suppliers_supplier ON system_suppliers (supplier_id, system_id);
CREATE TABLE system_uses (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    system_id UUID NOT NULL REFERENCES systems (id),
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    role TEXT NOT NULL,
    people_count INTEGER,
    local_owner TEXT NOT NULL,
    supplier_code TEXT NOT NULL,
    from_on TEXT NOT NULL,
    until_on TEXT NOT NULL,
    confirmed_by TEXT NOT NULL,
    confirmed_at TIMESTAMPTZ,
    UNIQUE (system_id, organisation_id)
);
CREATE INDEX system_uses_organisation ON system_uses (organisation_id, system_id);
CREATE TABLE certificates (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    supplier_id UUID NOT NULL REFERENCES suppliers (id),
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    number TEXT NOT NULL,
    covers TEXT NOT NULL,
    expires_on TEXT NOT NULL,
    evidence_id UUID
);
CREATE INDEX certificates_supplier ON certificates (supplier_id);
CREATE TABLE subcontractors (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    supplier_id UUID NOT NULL REFERENCES suppliers (id),
    name TEXT NOT NULL,
    country TEXT NOT NULL,
    purpose TEXT NOT NULL,
    processes_personal_data BOOLEAN
);
CREATE TABLE contracts (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    supplier_id UUID NOT NULL REFERENCES suppliers (id),
    title TEXT NOT NULL,
    award_procedure TEXT NOT NULL,
    awarded_on TEXT NOT NULL,
    starts_on TEXT NOT NULL,
    ends_on TEXT NOT NULL,
    extensions TEXT NOT NULL,
    value_pence BIGINT,
    breach_notice_hours INTEGER,
    right_to_audit BOOLEAN,
    data_processing_terms BOOLEAN,
    exit_terms TEXT NOT NULL
);
CREATE TABLE contract_systems (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    contract_id UUID NOT NULL REFERENCES contracts (id),
    system_id UUID NOT NULL REFERENCES systems (id),
    UNIQUE (contract_id, system_id)
);

-- Identity, what hangs on places
CREATE TABLE memberships (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    roles TEXT NOT NULL,
    organisation_id UUID REFERENCES organisations (id),
    supplier_id UUID REFERENCES suppliers (id),
    governance_group_id UUID REFERENCES governance_groups (id),
    from_on TEXT NOT NULL,
    until_on TEXT NOT NULL,
    ended_at TIMESTAMPTZ
);
CREATE INDEX memberships_user ON memberships (user_id);
CREATE TABLE sessions (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    user_id UUID REFERENCES users (id),
    membership_id UUID REFERENCES memberships (id),
    language TEXT NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE api_tokens (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    membership_id UUID NOT NULL REFERENCES memberships (id),
    scopes TEXT,
    expires_at TIMESTAMPTZ NOT NULL,
    last_used_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ
);
CREATE TABLE attempts (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    key TEXT NOT NULL
);
CREATE INDEX attempts_key ON attempts (key, created_at);
CREATE TABLE invitations (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    roles TEXT NOT NULL,
    organisation_id UUID REFERENCES organisations (id),
    supplier_id UUID REFERENCES suppliers (id),
    governance_group_id UUID REFERENCES governance_groups (id),
    review_id UUID,
    invited_by_id UUID NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    accepted_at TIMESTAMPTZ,
    accepted_by_id UUID REFERENCES users (id),
    revoked_at TIMESTAMPTZ
);
CREATE TABLE mails (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    recipient TEXT NOT NULL,
    recipient_name TEXT NOT NULL,
    language TEXT NOT NULL,
    kind TEXT NOT NULL,
    data BYTEA NOT NULL,
    about_id UUID NOT NULL,
    state TEXT NOT NULL,
    sent_at TIMESTAMPTZ,
    failure TEXT NOT NULL
);

-- Questionnaires
CREATE TABLE frameworks (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    code TEXT NOT NULL UNIQUE,
    title_en TEXT NOT NULL, title_cy TEXT NOT NULL,
    publisher TEXT NOT NULL,
    edition TEXT NOT NULL,
    source TEXT NOT NULL
);
CREATE TABLE requirements (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    framework_id UUID NOT NULL REFERENCES frameworks (id),
    ref TEXT NOT NULL,
    parent_ref TEXT NOT NULL,
    title_en TEXT NOT NULL, title_cy TEXT NOT NULL,
    description TEXT NOT NULL,
    position INTEGER NOT NULL,
    UNIQUE (framework_id, ref)
);
CREATE TABLE questionnaires (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    code TEXT NOT NULL UNIQUE,
    title_en TEXT NOT NULL, title_cy TEXT NOT NULL
);
CREATE TABLE questionnaire_versions (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    questionnaire_id UUID NOT NULL REFERENCES questionnaires (id),
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    definition TEXT NOT NULL,
    digest TEXT NOT NULL,
    published_at TIMESTAMPTZ,
    UNIQUE (questionnaire_id, number)
);

-- Reviews
CREATE TABLE programmes (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    title_en TEXT NOT NULL, title_cy TEXT NOT NULL,
    purpose_en TEXT NOT NULL, purpose_cy TEXT NOT NULL,
    owner_id UUID REFERENCES users (id),
    starts_on TEXT NOT NULL,
    ends_on TEXT NOT NULL
);
CREATE TABLE programme_systems (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    system_id UUID NOT NULL REFERENCES systems (id),
    UNIQUE (programme_id, system_id)
);
CREATE TABLE schedules (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    supplier_id UUID NOT NULL REFERENCES suppliers (id),
    system_id UUID NOT NULL REFERENCES systems (id),
    next_due_on TEXT NOT NULL,
    trigger_kind TEXT NOT NULL,
    UNIQUE (supplier_id, system_id)
);
CREATE TABLE reviews (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    supplier_id UUID NOT NULL REFERENCES suppliers (id),
    questionnaire_version_id UUID NOT NULL REFERENCES questionnaire_versions (id),
    questionnaire_code TEXT NOT NULL,
    programme_id UUID REFERENCES programmes (id),
    corrects_id UUID REFERENCES reviews (id),
    correction_reason TEXT NOT NULL,
    owner_id UUID REFERENCES users (id),
    asked_by_id UUID REFERENCES organisations (id),
    first_due_on TEXT NOT NULL,
    due_on TEXT NOT NULL,
    state TEXT NOT NULL,
    waiting_since TIMESTAMPTZ NOT NULL,
    issued_at TIMESTAMPTZ,
    first_submitted_at TIMESTAMPTZ,
    submitted_at TIMESTAMPTZ,
    assessed_at TIMESTAMPTZ,
    shared_at TIMESTAMPTZ,
    signed_off_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    facts_at_issue TEXT,
    facts_at_sign_off TEXT,
    submitted_slots TEXT,
    returned_slots TEXT,
    assessment TEXT,
    assessment_digest TEXT NOT NULL,
    accuracy_check_until TEXT NOT NULL,
    closed_because TEXT NOT NULL,
    end_reason TEXT NOT NULL,
    cancel_asked_by_id UUID,
    cancel_agreed_by TEXT NOT NULL
);
CREATE INDEX reviews_supplier ON reviews (supplier_id, state);
CREATE INDEX reviews_due ON reviews (due_on, id);
CREATE TABLE review_systems (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    review_id UUID NOT NULL REFERENCES reviews (id),
    system_id UUID NOT NULL REFERENCES systems (id),
    UNIQUE (review_id, system_id)
);
CREATE INDEX review_systems_system ON review_systems (system_id, review_id);
CREATE TABLE review_reviewers (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    review_id UUID NOT NULL REFERENCES reviews (id),
    user_id UUID NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    UNIQUE (review_id, user_id)
);
CREATE INDEX review_reviewers_user ON review_reviewers (user_id, review_id);
CREATE TABLE respondents (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    review_id UUID NOT NULL REFERENCES reviews (id),
    user_id UUID REFERENCES users (id),
    invitation_id UUID REFERENCES invitations (id),
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    language TEXT NOT NULL,
    lead BOOLEAN NOT NULL,
    invited_at TIMESTAMPTZ NOT NULL,
    accepted_at TIMESTAMPTZ,
    bounced_at TIMESTAMPTZ,
    last_seen_at TIMESTAMPTZ,
    UNIQUE (review_id, email)
);
CREATE INDEX respondents_user ON respondents (user_id, review_id);
CREATE TABLE respondent_sections (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    respondent_id UUID NOT NULL REFERENCES respondents (id),
    review_id UUID NOT NULL REFERENCES reviews (id),
    section TEXT NOT NULL,
    UNIQUE (respondent_id, section)
);
-- system_id is the nil UUID for a question of supplier scope, so that the key is unique.
CREATE TABLE answers (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    review_id UUID NOT NULL REFERENCES reviews (id),
    section TEXT NOT NULL,
    question_key TEXT NOT NULL,
    system_id UUID NOT NULL,
    value TEXT,
    comment TEXT NOT NULL,
    origin TEXT NOT NULL,
    answered_by_id UUID NOT NULL,
    answered_by TEXT NOT NULL,
    answered_at TIMESTAMPTZ NOT NULL,
    UNIQUE (review_id, question_key, system_id)
);
CREATE TABLE answer_changes (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    review_id UUID NOT NULL REFERENCES reviews (id),
    section TEXT NOT NULL,
    answer_id UUID NOT NULL REFERENCES answers (id),
    value TEXT,
    comment TEXT NOT NULL,
    origin TEXT NOT NULL,
    changed_by_id UUID NOT NULL,
    changed_by TEXT NOT NULL
);
CREATE INDEX answer_changes_answer ON answer_changes (answer_id);
CREATE TABLE evidence (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    review_id UUID NOT NULL REFERENCES reviews (id),
    supplier_id UUID NOT NULL REFERENCES suppliers (id),
    section TEXT NOT NULL,
    question_key TEXT NOT NULL,
    system_id UUID NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    media_type TEXT NOT NULL,
    blob_key TEXT NOT NULL,
    scan TEXT NOT NULL,
    link TEXT NOT NULL,
    inspected_by TEXT NOT NULL,
    inspected_where TEXT NOT NULL,
    inspected_on TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT NOT NULL,
    confidential BOOLEAN NOT NULL,
    confidential_reason TEXT NOT NULL,
    uploaded_by_id UUID NOT NULL,
    uploaded_by TEXT NOT NULL,
    removed_at TIMESTAMPTZ
);
CREATE INDEX evidence_review ON evidence (review_id, question_key);
CREATE TABLE judgements (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    review_id UUID NOT NULL REFERENCES reviews (id),
    question_key TEXT NOT NULL,
    system_id UUID NOT NULL,
    outcome TEXT NOT NULL,
    basis TEXT NOT NULL,
    evidence_ids TEXT NOT NULL,
    note TEXT NOT NULL,
    feedback_en TEXT NOT NULL, feedback_cy TEXT NOT NULL,
    judged_by_id UUID NOT NULL,
    judged_by TEXT NOT NULL,
    judged_at TIMESTAMPTZ NOT NULL,
    UNIQUE (review_id, question_key, system_id)
);
CREATE TABLE participations (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    review_id UUID NOT NULL REFERENCES reviews (id),
    user_id UUID NOT NULL,
    act TEXT NOT NULL,
    UNIQUE (review_id, user_id, act)
);
CREATE TABLE returns (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    review_id UUID NOT NULL REFERENCES reviews (id),
    slots TEXT NOT NULL,
    message_en TEXT NOT NULL, message_cy TEXT NOT NULL,
    source_language TEXT NOT NULL,
    returned_by_id UUID NOT NULL,
    returned_by TEXT NOT NULL
);
CREATE TABLE receipts (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    review_id UUID NOT NULL REFERENCES reviews (id),
    number INTEGER NOT NULL,
    content TEXT NOT NULL,
    digest TEXT NOT NULL,
    signature TEXT NOT NULL,
    key_id TEXT NOT NULL,
    name TEXT NOT NULL,
    job_title TEXT NOT NULL,
    organisation TEXT NOT NULL,
    submitted_by_id UUID NOT NULL,
    attested BOOLEAN NOT NULL,
    UNIQUE (review_id, number)
);
CREATE TABLE signing_keys (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    key_id TEXT NOT NULL UNIQUE,
    public_key TEXT NOT NULL
);
CREATE TABLE findings (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    review_id UUID NOT NULL REFERENCES reviews (id),
    system_id UUID NOT NULL,
    severity TEXT NOT NULL,
    title_en TEXT NOT NULL, title_cy TEXT NOT NULL,
    detail_en TEXT NOT NULL, detail_cy TEXT NOT NULL,
    source_language TEXT NOT NULL,
    slots TEXT NOT NULL,
    requirements TEXT NOT NULL,
    drafted BOOLEAN NOT NULL,
    supplier_comment TEXT NOT NULL,
    commented_by TEXT NOT NULL,
    comment_outcome TEXT NOT NULL,
    comment_reply_en TEXT NOT NULL, comment_reply_cy TEXT NOT NULL
);
CREATE INDEX findings_review ON findings (review_id);
CREATE TABLE sign_offs (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    review_id UUID NOT NULL REFERENCES reviews (id),
    host_organisation_id UUID NOT NULL REFERENCES organisations (id),
    signed_as TEXT NOT NULL,
    decision TEXT NOT NULL,
    conditions TEXT NOT NULL,
    interval_months INTEGER NOT NULL,
    assessment_digest TEXT NOT NULL,
    signed_by_id UUID NOT NULL,
    name TEXT NOT NULL,
    job_title TEXT NOT NULL,
    organisation TEXT NOT NULL,
    voided_at TIMESTAMPTZ,
    voided_because TEXT NOT NULL
);
CREATE INDEX sign_offs_review ON sign_offs (review_id);
CREATE TABLE actions (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    review_id UUID NOT NULL REFERENCES reviews (id),
    finding_id UUID REFERENCES findings (id),
    sign_off_id UUID REFERENCES sign_offs (id),
    side TEXT NOT NULL,
    text_en TEXT NOT NULL, text_cy TEXT NOT NULL,
    source_language TEXT NOT NULL,
    owner_name TEXT NOT NULL,
    due_on TEXT NOT NULL,
    state TEXT NOT NULL,
    completion TEXT NOT NULL,
    completed_by_id UUID,
    completed_by TEXT NOT NULL,
    completed_at TIMESTAMPTZ,
    verified_by TEXT NOT NULL,
    verified_at TIMESTAMPTZ
);
CREATE INDEX actions_review ON actions (review_id);
-- A rating that took effect for a pair of supplier and system.
CREATE TABLE pair_ratings (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    supplier_id UUID NOT NULL REFERENCES suppliers (id),
    system_id UUID NOT NULL REFERENCES systems (id),
    review_id UUID NOT NULL REFERENCES reviews (id),
    sign_off_id UUID NOT NULL REFERENCES sign_offs (id),
    rating TEXT NOT NULL,
    decision TEXT NOT NULL,
    effective_on TEXT NOT NULL,
    current_until TEXT NOT NULL,
    taken_back_at TIMESTAMPTZ
);
CREATE INDEX pair_ratings_pair ON pair_ratings (supplier_id, system_id);
CREATE TABLE reports (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    review_id UUID NOT NULL REFERENCES reviews (id),
    rendition TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    digest TEXT NOT NULL,
    superseded_by_id UUID REFERENCES reports (id)
);
CREATE INDEX reports_review ON reports (review_id);
CREATE TABLE report_readers (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    report_id UUID NOT NULL REFERENCES reports (id),
    organisation_id UUID REFERENCES organisations (id),
    governance_group_id UUID REFERENCES governance_groups (id)
);
CREATE INDEX report_readers_organisation ON report_readers (organisation_id, report_id);
CREATE TABLE messages (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    review_id UUID NOT NULL REFERENCES reviews (id),
    section TEXT NOT NULL,
    question_key TEXT NOT NULL,
    side TEXT NOT NULL,
    text TEXT NOT NULL,
    language TEXT NOT NULL,
    written_by_id UUID NOT NULL,
    written_by TEXT NOT NULL
);
CREATE TABLE extensions (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    review_id UUID NOT NULL REFERENCES reviews (id),
    asked_by TEXT NOT NULL,
    until_on TEXT NOT NULL,
    reason TEXT NOT NULL,
    decision TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at TIMESTAMPTZ
);

-- Risk, incidents
CREATE TABLE risk_acceptances (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    supplier_id UUID NOT NULL REFERENCES suppliers (id),
    system_id UUID NOT NULL REFERENCES systems (id),
    reason_en TEXT NOT NULL, reason_cy TEXT NOT NULL,
    until_on TEXT NOT NULL,
    proposed_by_id UUID NOT NULL,
    proposed_by TEXT NOT NULL,
    agreed_by_id UUID,
    agreed_by TEXT NOT NULL,
    agreed_at TIMESTAMPTZ
);
CREATE TABLE incidents (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    supplier_id UUID NOT NULL REFERENCES suppliers (id),
    system_id UUID REFERENCES systems (id),
    happened_on TEXT NOT NULL,
    told_on TEXT NOT NULL,
    summary_en TEXT NOT NULL, summary_cy TEXT NOT NULL
);

-- +goose Down
SELECT 'the first migration is not undone: restore a backup' AS note;
