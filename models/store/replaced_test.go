package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

// The addresses of a database, in the environment of a process that is to hold
// the lock of sealing.
const (
	heldURL    = "SICRWYDD_TEST_HELD_URL"
	heldSealer = "SICRWYDD_TEST_HELD_SEALER_URL"
)

func TestMain(m *testing.M) {
	if os.Getenv(heldURL) != "" {
		holdSealLock()
		return
	}
	os.Exit(m.Run())
}

// holdSealLock is another node whose sealer has taken the lock. It ends when it
// is killed, or after a minute.
func holdSealLock() {
	db, err := store.Open(context.Background(), store.Config{URL: os.Getenv(heldURL), SealerURL: os.Getenv(heldSealer)})
	if err == nil {
		err = db.HoldSealLock(context.Background())
	}
	fmt.Println("held", err)
	time.Sleep(time.Minute)
}

// A sealer that is stopped or killed while it holds the lock is replaced by
// another node's within ten seconds.
func TestASealerThatStopsIsReplaced(t *testing.T) {
	for name, signal := range map[string]syscall.Signal{"stopped": syscall.SIGSTOP, "killed": syscall.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			s := storetest.SharePostgres(t)
			db := s.Open()
			note(t, db, 10)
			held := exec.CommandContext(t.Context(), os.Args[0])
			held.Env = append(os.Environ(), heldURL+"="+s.Address, heldSealer+"="+storetest.As(t, s.Address, storetest.Sealer))
			out, err := held.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := held.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() { _, _ = held.Process.Kill(), held.Wait() }()
			if line, err := bufio.NewReader(out).ReadString('\n'); line != "held <nil>\n" {
				t.Fatal(line, err)
			}
			if n, err := db.SealPending(t.Context()); n != 0 || err != nil {
				t.Fatalf("%d were sealed while another held the lock, %v", n, err)
			}
			if err := held.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			since := time.Now()
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			go db.Seal(ctx)
			for pending(t, s) > 0 {
				if time.Since(since) > 10*time.Second {
					t.Fatal("nobody sealed for ten seconds")
				}
				time.Sleep(50 * time.Millisecond)
			}
			t.Logf("another sealed after %v", time.Since(since))
		})
	}
}
