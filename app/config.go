package main

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"sicrwydd/models/identity"
	"sicrwydd/models/keyring"
	"sicrwydd/models/store"
)

// Config is every setting, read from the environment and checked in full at
// start.
type Config struct {
	Addr        string               // SICRWYDD_ADDR
	DatabaseURL string               // DATABASE_URL; empty: SQLite in the data folder
	MigrateURL  string               // SICRWYDD_MIGRATE_DATABASE_URL; as what owns the tables: migrate and restore alone
	SupplierURL string               // SICRWYDD_SUPPLIER_DATABASE_URL; as what suppliers' requests run
	SealerURL   string               // SICRWYDD_SEALER_DATABASE_URL; as what the audit log is sealed
	Data        string               // SICRWYDD_DATA
	PublicURL   string               // SICRWYDD_PUBLIC_URL; where people reach the product
	SMTP        *url.URL             // SICRWYDD_SMTP_URL; nil: mails are kept
	EvidenceURL string               // SICRWYDD_EVIDENCE_URL; empty: a folder in the data folder
	Mail        string               // SICRWYDD_MAIL; send, hold or redirect:ADDRESS
	Proxies     []netip.Prefix       // SICRWYDD_PROXIES; whose X-Forwarded-For is believed
	Connections int                  // SICRWYDD_CONNECTIONS; the most of one address that is no proxy of ours
	AnchorMail  string               // SICRWYDD_ANCHOR_MAIL; who keeps the anchors of the audit log
	Providers   []*identity.Provider // SICRWYDD_PROVIDERS; a file
	RatePerson  int                  // SICRWYDD_RATE_PERSON; requests a minute, 0: as many as they like
	RateAddress int                  // SICRWYDD_RATE_ADDRESS; of all at one network address
	keys        *keyring.Ring

	publicURLSet bool
}

// What SICRWYDD_MAIL may say.
const (
	mailSend     = "send"
	mailHold     = "hold"
	mailRedirect = "redirect:"
)

// rates are how many requests a minute are answered where no setting says so.
var rates = map[string]int{"SICRWYDD_RATE_PERSON": 600, "SICRWYDD_RATE_ADDRESS": 3000}

// LoadConfig reads and checks every setting. The error tells of all that is
// wrong at once, each by the name of its variable and what it should be.
func LoadConfig(getenv func(string) string) (*Config, error) {
	c := &Config{
		Addr: or(getenv("SICRWYDD_ADDR"), "127.0.0.1:8080"), DatabaseURL: getenv("DATABASE_URL"),
		Data: or(getenv("SICRWYDD_DATA"), "./data"), EvidenceURL: getenv("SICRWYDD_EVIDENCE_URL"),
	}
	var wrong []error
	check := func(variable string, err error) {
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s %w", variable, err))
		}
	}
	host, port, err := net.SplitHostPort(c.Addr)
	if _, number := strconv.ParseUint(port, 10, 16); err != nil || number != nil {
		check("SICRWYDD_ADDR", errors.New("must be host:port, as 127.0.0.1:8080"))
	}
	if c.DatabaseURL != "" {
		_, err := address(c.DatabaseURL, "postgres", "postgresql")
		check("DATABASE_URL", err)
	}
	for variable, url := range map[string]*string{"SICRWYDD_MIGRATE_DATABASE_URL": &c.MigrateURL,
		"SICRWYDD_SUPPLIER_DATABASE_URL": &c.SupplierURL, "SICRWYDD_SEALER_DATABASE_URL": &c.SealerURL} {
		*url = or(getenv(variable), c.DatabaseURL)
		if *url == c.DatabaseURL {
			continue
		}
		_, err := address(*url, "postgres", "postgresql")
		if err == nil && c.DatabaseURL == "" {
			err = errors.New("must not be set without DATABASE_URL")
		}
		check(variable, err)
	}
	c.PublicURL = strings.TrimSuffix(or(getenv("SICRWYDD_PUBLIC_URL"), "http://"+c.Addr), "/")
	c.publicURLSet = getenv("SICRWYDD_PUBLIC_URL") != ""
	public, err := address(c.PublicURL, "http", "https")
	if err == nil && (public.Path != "" || public.RawQuery != "" || public.Fragment != "" || public.User != nil) {
		err = errors.New("must be an address without a path, as https://sicrwydd.example.org")
	}
	if getenv("SICRWYDD_PUBLIC_URL") == "" && (host == "" || host == "0.0.0.0" || host == "::") {
		err = errors.New("must be set where SICRWYDD_ADDR names no host: links in mails begin with it")
	}
	check("SICRWYDD_PUBLIC_URL", err)
	c.loadMail(getenv, check)
	for given := range strings.SplitSeq(getenv("SICRWYDD_PROXIES"), ",") {
		if given = strings.TrimSpace(given); given == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(given)
		if err != nil {
			check("SICRWYDD_PROXIES", errors.New("must be networks with commas between, as 10.0.0.0/8,192.0.2.7/32"))
			continue
		}
		c.Proxies = append(c.Proxies, prefix)
	}
	if c.Connections, err = strconv.Atoi(or(getenv("SICRWYDD_CONNECTIONS"), "500")); err != nil || c.Connections < 1 {
		check("SICRWYDD_CONNECTIONS", errors.New("must be a number from 1"))
	}
	if c.EvidenceURL != "" {
		_, err := address(c.EvidenceURL, "s3", "file")
		check("SICRWYDD_EVIDENCE_URL", err)
	}
	if path := getenv("SICRWYDD_PROVIDERS"); path != "" {
		content, err := os.ReadFile(path) //nolint:gosec // the operator names the file
		if err == nil {
			c.Providers, err = identity.ReadProviders(content)
		}
		check("SICRWYDD_PROVIDERS", err)
	}
	c.loadRates(getenv, check)
	check("SICRWYDD_SECRET_KEY", c.loadKey(getenv("SICRWYDD_SECRET_KEY")))
	return c, errors.Join(wrong...)
}

// loadRates reads how many requests a minute are answered.
func (c *Config) loadRates(getenv func(string) string, check func(string, error)) {
	for variable, rate := range map[string]*int{"SICRWYDD_RATE_PERSON": &c.RatePerson, "SICRWYDD_RATE_ADDRESS": &c.RateAddress} {
		most, err := strconv.Atoi(or(getenv(variable), strconv.Itoa(rates[variable])))
		if err != nil || most < 0 {
			check(variable, errors.New("must be how many requests are answered in a minute, as 600; 0 for no limit"))
		}
		*rate = most
	}
}

// loadMail reads how mail goes out, and who keeps the anchors.
func (c *Config) loadMail(getenv func(string) string, check func(string, error)) {
	if given := getenv("SICRWYDD_SMTP_URL"); given != "" {
		var err error
		c.SMTP, err = address(given, "smtp", "smtps")
		if err == nil && c.SMTP.Query().Get("from") == "" {
			err = errors.New("must name the sender, as smtp://user:password@host:587?from=sicrwydd@example.org")
		}
		if err == nil && !slices.Contains([]string{"", "required", "optional"}, c.SMTP.Query().Get("starttls")) {
			err = errors.New("may say starttls=required or starttls=optional, and nothing else of it")
		}
		check("SICRWYDD_SMTP_URL", err)
	}
	var err error
	c.Mail = or(getenv("SICRWYDD_MAIL"), mailSend)
	if to, redirected := strings.CutPrefix(c.Mail, mailRedirect); redirected {
		_, err = mail.ParseAddress(to)
	} else if c.Mail != mailSend && c.Mail != mailHold {
		err = errors.New("unknown")
	}
	if err != nil {
		check("SICRWYDD_MAIL", errors.New("must be send, hold or redirect:ADDRESS, as redirect:tester@example.org"))
	}
	if c.AnchorMail = getenv("SICRWYDD_ANCHOR_MAIL"); c.AnchorMail != "" {
		if address, err := mail.ParseAddress(c.AnchorMail); err != nil || address.Address != c.AnchorMail {
			check("SICRWYDD_ANCHOR_MAIL", errors.New("must be an address, as auditor@example.org"))
		}
	}
}

// ours reports whether an address is one of our proxies.
func (c *Config) ours(at netip.Addr) bool {
	return slices.ContainsFunc(c.Proxies, func(p netip.Prefix) bool { return p.Contains(at) })
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

func address(given string, schemes ...string) (*url.URL, error) {
	u, err := url.Parse(given)
	if err == nil && u.Host != "" || err == nil && u.Scheme == "file" {
		for _, scheme := range schemes {
			if u.Scheme == scheme {
				return u, nil
			}
		}
	}
	return nil, fmt.Errorf("must be an address that begins with %s://", strings.Join(schemes, ":// or "))
}

// loadKey takes the key that was given. On SQLite one is made once and kept in
// the data folder; several nodes on PostgreSQL must share theirs.
func (c *Config) loadKey(given string) error {
	if given == "" && c.DatabaseURL != "" {
		return errors.New("is required with PostgreSQL: 64 hexadecimal digits, as openssl rand -hex 32 gives")
	}
	if given == "" {
		var err error
		if given, err = keptKey(filepath.Join(c.Data, "secret.key")); err != nil {
			return err
		}
	}
	var err error
	c.keys, err = keyring.New(given)
	return err
}

func keptKey(path string) (string, error) {
	kept, err := os.ReadFile(path) //nolint:gosec // the operator names the data folder
	if err == nil {
		return strings.TrimSpace(string(kept)), nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("cannot be read from %s: %w", path, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("cannot be kept: %w", err)
	}
	// Two programs may start in an empty folder at once: the key of the first
	// holds for both. A link appears whole or not at all.
	made := keyring.Generate()
	draft := fmt.Sprintf("%s.%d", path, os.Getpid())
	defer func() { _ = os.Remove(draft) }()
	if err := os.WriteFile(draft, []byte(made+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("cannot be kept: %w", err)
	}
	err = os.Link(draft, path)
	if errors.Is(err, os.ErrExist) {
		return keptKey(path)
	}
	if err != nil {
		return "", fmt.Errorf("cannot be kept: %w", err)
	}
	return made, nil
}

// Keyring gives the keys that the secret gives.
func (c *Config) Keyring() *keyring.Ring { return c.keys }

// Store says which database to open, each part of the program under its role.
func (c *Config) Store() store.Config {
	return store.Config{URL: c.DatabaseURL, MigrateURL: c.MigrateURL, SupplierURL: c.SupplierURL, SealerURL: c.SealerURL, Path: c.SQLitePath()}
}

// SQLitePath is the file of the embedded database.
func (c *Config) SQLitePath() string { return filepath.Join(c.Data, "sicrwydd.db") }

// AnchorFile is where this node writes the anchors of the audit log.
func (c *Config) AnchorFile() string { return filepath.Join(c.Data, "anchors.jsonl") }

// EvidenceFolder is where evidence is kept when no other place is set.
func (c *Config) EvidenceFolder() string { return filepath.Join(c.Data, "evidence") }

// CheckDemo refuses a demonstration, whose passwords are known, on any address
// but this machine's own.
func (c *Config) CheckDemo() error {
	host, _, _ := net.SplitHostPort(c.Addr)
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return errors.New("--demo serves accounts with known passwords: SICRWYDD_ADDR must be a loopback address, as 127.0.0.1:8080")
}
