//go:build linux

package traffic

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// The test runs itself again inside namespaces, in one of these roles.
const roleVariable = "ONPATH_TRAFFIC_ROLE"

var roles = map[string]func(){"server": serve, "client": visit, "fetch": fetch}

func TestMain(m *testing.M) {
	if role := roles[os.Getenv(roleVariable)]; role != nil {
		role()
		return
	}
	code := m.Run()
	if folder != "" {
		os.RemoveAll(folder)
	}
	os.Exit(code)
}

var folder string // of built

// built is the command onpath, built once for all tests of a run.
var built = sync.OnceValues(func() (program string, err error) {
	if folder, err = os.MkdirTemp("", "onpath-traffic-"); err != nil {
		return "", err
	}
	if err := os.Chmod(folder, 0o755); err != nil { // for who is not root any more
		return "", err
	}
	program = filepath.Join(folder, "onpath")
	build := exec.Command("go", "build", "-o", program, "onpath/cmd/onpath")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as it is shipped
	build.Stderr = os.Stderr
	return program, build.Run()
})

// command returns the path of the command onpath.
func command(t testing.TB) string {
	t.Helper()
	program, err := built()
	if err != nil {
		t.Fatal("onpath cannot be built: ", err)
	}
	return program
}
