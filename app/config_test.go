package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const someKey = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

func settings(pairs map[string]string) func(string) string {
	return func(name string) string { return pairs[name] }
}

func TestWithoutSettingsOneMachineIsServed(t *testing.T) {
	t.Chdir(t.TempDir())
	c, err := LoadConfig(settings(nil))
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "127.0.0.1:8080" || c.PublicURL != "http://127.0.0.1:8080" || c.DatabaseURL != "" || c.SMTP != nil {
		t.Errorf("defaults are %+v", c)
	}
	if c.SQLitePath() != filepath.Join("data", "sicrwydd.db") || c.EvidenceFolder() != filepath.Join("data", "evidence") {
		t.Errorf("kept in %s and %s", c.SQLitePath(), c.EvidenceFolder())
	}
}

func TestTheKeyIsMadeOnceAndKept(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "data")
	environment := settings(map[string]string{"SICRWYDD_DATA": folder})
	first, err := LoadConfig(environment)
	if err != nil {
		t.Fatal(err)
	}
	second, err := LoadConfig(environment)
	if err != nil {
		t.Fatal(err)
	}
	_, public := first.Keyring().PublicKey()
	if _, again := second.Keyring().PublicKey(); again != public {
		t.Error("a second start has another key: what the first encrypted is lost")
	}
	info, err := os.Stat(filepath.Join(folder, "secret.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file is %v, %v; only its owner may read it", info, err)
	}
	if files, _ := os.ReadDir(folder); len(files) != 1 {
		t.Errorf("beside the key there are %v", files)
	}
}

func TestAKeyFileThatIsBrokenStopsTheStart(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "secret.key"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadConfig(settings(map[string]string{"SICRWYDD_DATA": folder})); err == nil || !strings.Contains(err.Error(), "SICRWYDD_SECRET_KEY") {
		t.Errorf("got %v: a new key in its place would make the evidence unreadable", err)
	}
}

func TestSettingsThatServe(t *testing.T) {
	c, err := LoadConfig(settings(map[string]string{
		"SICRWYDD_ADDR": "0.0.0.0:80", "SICRWYDD_PUBLIC_URL": "https://sicrwydd.example.org/",
		"DATABASE_URL": "postgres://app:secret@db.example.org/sicrwydd", "SICRWYDD_SECRET_KEY": someKey,
		"SICRWYDD_SMTP_URL":     "smtps://user:secret@mail.example.org:465?from=sicrwydd@example.org",
		"SICRWYDD_EVIDENCE_URL": "s3://evidence?region=eu-west-2",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if c.PublicURL != "https://sicrwydd.example.org" || c.SMTP.Host != "mail.example.org:465" || c.EvidenceURL == "" {
		t.Errorf("read as %+v", c)
	}
}

func TestEverythingWrongIsToldAtOnce(t *testing.T) {
	_, err := LoadConfig(settings(map[string]string{
		"SICRWYDD_ADDR": "8080", "SICRWYDD_PUBLIC_URL": "sicrwydd.example.org", "DATABASE_URL": "mysql://db/x",
		"SICRWYDD_SECRET_KEY": "short", "SICRWYDD_SMTP_URL": "mail.example.org:25", "SICRWYDD_EVIDENCE_URL": "ftp://files",
	}))
	if err == nil {
		t.Fatal("nothing was wrong")
	}
	for _, variable := range []string{
		"SICRWYDD_ADDR", "SICRWYDD_PUBLIC_URL", "DATABASE_URL", "SICRWYDD_SECRET_KEY", "SICRWYDD_SMTP_URL", "SICRWYDD_EVIDENCE_URL",
	} {
		if !strings.Contains(err.Error(), variable+" must be") {
			t.Errorf("%s is not told to be wrong, or not what it should be:\n%v", variable, err)
		}
	}
}

func TestASettingThatIsWrong(t *testing.T) {
	cases := []struct{ name, variable, value, want string }{
		{"a port that is no number", "SICRWYDD_ADDR", "127.0.0.1:http", "must be host:port"},
		{"a port too high", "SICRWYDD_ADDR", "127.0.0.1:99999", "must be host:port"},
		{"every address and nothing for links", "SICRWYDD_ADDR", ":8080", "SICRWYDD_PUBLIC_URL must be set"},
		{"a public address with a path", "SICRWYDD_PUBLIC_URL", "https://example.org/sicrwydd", "without a path"},
		{"a public address of another kind", "SICRWYDD_PUBLIC_URL", "ftp://example.org", "http:// or https://"},
		{"a key too short", "SICRWYDD_SECRET_KEY", someKey[1:], "64 hexadecimal digits"},
		{"a key of other letters", "SICRWYDD_SECRET_KEY", "g" + someKey[1:], "64 hexadecimal digits"},
		{"PostgreSQL without a key", "DATABASE_URL", "postgres://db/sicrwydd", "SICRWYDD_SECRET_KEY is required"},
		{"no connections", "SICRWYDD_CONNECTIONS", "0", "SICRWYDD_CONNECTIONS must be a number from 1"},
		{"connections in words", "SICRWYDD_CONNECTIONS", "many", "SICRWYDD_CONNECTIONS must be a number from 1"},
		{"mail without a sender", "SICRWYDD_SMTP_URL", "smtp://mail.example.org:587", "must name the sender"},
		{"a rate below nothing", "SICRWYDD_RATE_PERSON", "-1", "how many requests"},
		{"a rate that is no number", "SICRWYDD_RATE_ADDRESS", "many", "how many requests"},
		{"mail by an unknown policy", "SICRWYDD_SMTP_URL", "smtp://mail.example.org:587?from=a@example.org&starttls=no", "starttls=required or starttls=optional"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := LoadConfig(settings(map[string]string{"SICRWYDD_DATA": t.TempDir(), c.variable: c.value}))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want it to say %q", err, c.want)
			}
		})
	}
}

func TestADemonstrationStaysOnThisMachine(t *testing.T) {
	for addr, served := range map[string]bool{
		"127.0.0.1:8080": true, "[::1]:8080": true, "localhost:80": true, "127.9.9.9:1": true,
		"0.0.0.0:8080": false, ":8080": false, "192.0.2.1:8080": false, "[::]:8080": false, "localhost.example.org:80": false,
	} {
		if err := (&Config{Addr: addr}).CheckDemo(); (err == nil) != served {
			t.Errorf("--demo on %s: %v", addr, err)
		}
	}
}
