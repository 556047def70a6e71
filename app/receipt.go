package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"sicrwydd/models/fault"
	"sicrwydd/models/review"
)

type receiptCommand struct {
	Verify receiptVerifyCommand `cmd:"" help:"Check that a receipt is what was submitted and signed. Needs no database."`
}

type receiptVerifyCommand struct {
	File string `arg:"" help:"The receipt's file, PDF or JSON."`
	Keys string `help:"The public keys as /verify/keys gives them, in a file; without it the key is printed, to be compared."`
}

func (c receiptVerifyCommand) Run() error {
	body, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	f, err := review.ReadReceipt(body)
	if err != nil {
		return err
	}
	known, err := publishedKeys(c.Keys)
	if err != nil {
		return err
	}
	if err := f.Verify(known); err != nil {
		return err
	}
	fmt.Printf("genuine: receipt %d, SHA-256 %s, signed with key %s\n", f.Number, f.Digest, f.KeyID)
	if known == nil {
		fmt.Printf("Compare the key with the service's /verify/keys: %s\n", f.PublicKey)
	}
	return nil
}

func publishedKeys(path string) (map[string]string, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // none given: nothing to compare with
	}
	body, err := os.ReadFile(path) //nolint:gosec // the user names it
	if err != nil {
		return nil, err
	}
	var list struct {
		Keys []struct {
			ID     string `json:"key_id"`
			Public string `json:"public_key"`
		} `json:"keys"`
	}
	if err := json.Unmarshal(body, &list); err != nil || len(list.Keys) == 0 {
		return nil, errors.Join(fault.Invalid("invalid"), fmt.Errorf("%s holds no keys", path))
	}
	known := map[string]string{}
	for _, key := range list.Keys {
		known[key.ID] = key.Public
	}
	return known, nil
}
