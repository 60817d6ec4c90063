package metrics

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestValidate: what others can reach is not served without asking who they are.
func TestValidate(t *testing.T) {
	for _, x := range []struct {
		c    Config
		want string // in the error; "": good
	}{
		{Config{Addr: ":9477"}, ""},
		{Config{Addr: "localhost:9477"}, ""},
		{Config{Addr: "127.0.0.1:0"}, ""},
		{Config{Addr: "127.9.9.9:9477"}, ""},
		{Config{Addr: "[::1]:9477"}, ""},
		{Config{Addr: "[::ffff:127.0.0.1]:9477"}, ""},
		{Config{Addr: ""}, "want an address and a port"},
		{Config{Addr: "9477"}, "want an address and a port"},
		{Config{Addr: "sensor1:9477"}, "want an address and a port"},
		{Config{Addr: "localhost.example.com:9477"}, "want an address and a port"},
		{Config{Addr: ":99999"}, "want an address and a port"},
		{Config{Addr: "::9477"}, "want an address and a port"},
		{Config{Addr: "0.0.0.0:9477"}, "give --metrics-token FILE"},
		{Config{Addr: "[::]:9477"}, "give --metrics-token FILE"},
		{Config{Addr: "192.0.2.1:9477"}, "give --metrics-token FILE"},
		{Config{Addr: "[::ffff:192.0.2.1]:9477"}, "give --metrics-token FILE"},
		{Config{Addr: "192.0.2.1:9477", Cert: "c", Key: "k"}, "give --metrics-token FILE"}, // TLS alone lets everybody in
		{Config{Addr: "192.0.2.1:9477", Token: "t"}, ""},
		{Config{Addr: "192.0.2.1:9477", Cert: "c", Key: "k", ClientCA: "a"}, ""},
		{Config{Addr: ":9477", Cert: "c"}, "go together"},
		{Config{Addr: ":9477", Key: "k"}, "go together"},
		{Config{Addr: ":9477", ClientCA: "a"}, "needs TLS"},
	} {
		err := x.c.Validate()
		if x.want == "" && err != nil || x.want != "" && (err == nil || !strings.Contains(err.Error(), x.want)) {
			t.Errorf("%+v: %v, want %q", x.c, err, x.want)
		}
	}
}

// TestAddress: no port without an address is that of all interfaces.
func TestAddress(t *testing.T) {
	for addr, want := range map[string]string{
		":9477": "127.0.0.1:9477", "localhost:1": "127.0.0.1:1", "[::ffff:192.0.2.1]:1": "192.0.2.1:1", "[::1]:1": "[::1]:1",
	} {
		if at, err := (&Config{Addr: addr}).address(); err != nil || at.String() != want {
			t.Errorf("%s: %v, %v", addr, at, err)
		}
	}
}

// file writes a file that the test may read.
func file(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask
		t.Fatal(err)
	}
	return path
}

const goodToken = "0123456789abcdef0123456789abcdef"

func TestReadToken(t *testing.T) {
	for _, x := range []struct {
		name, text string
		mode       os.FileMode
		want       string // in the error
	}{
		{"good", " " + goodToken + "\n", 0o600, ""},
		{"of a group", goodToken, 0o640, ""},
		{"readable", goodToken, 0o604, "chmod 600"},
		{"writable", goodToken, 0o602, "chmod 600"},
		{"short", "0123456789abcde\n", 0o600, "15 octets are too few"},
		{"empty", "\n \n", 0o600, "0 octets are too few"},
	} {
		_, err := readToken(file(t, x.text, x.mode))
		if x.want == "" && err != nil || x.want != "" && (err == nil || !strings.Contains(err.Error(), x.want)) {
			t.Errorf("%s: %v, want %q", x.name, err, x.want)
		}
	}
	if _, err := readToken("does/not/exist"); err == nil || !strings.Contains(err.Error(), "--metrics-token: stat does/not/exist") {
		t.Errorf("%v", err)
	}
}

func TestBears(t *testing.T) {
	want, err := readToken(file(t, goodToken+"\n", 0o600))
	if err != nil {
		t.Fatal(err)
	}
	for value, ok := range map[string]bool{
		"Bearer " + goodToken: true, "bearer " + goodToken: true, "Bearer  " + goodToken: true,
		"": false, "Bearer": false, "Bearer ": false, goodToken: false, "Basic " + goodToken: false,
		"Bearer " + goodToken[1:]: false, "Bearer " + goodToken + "0": false, "Bearer " + strings.ToUpper(goodToken): false,
	} {
		r := &http.Request{Header: http.Header{"Authorization": {value}}}
		if bears(r, &want) != ok {
			t.Errorf("%q: %v", value, !ok)
		}
	}
}

// TestSecurity: what is wrong with the files is said with their names.
func TestSecurity(t *testing.T) {
	id := newIdentity(t, nil)
	for _, x := range []struct {
		c    Config
		want string
	}{
		{Config{}, ""},
		{Config{Cert: id.cert, Key: id.key}, ""},
		{Config{Cert: id.cert, Key: id.key, ClientCA: id.cert}, ""},
		{Config{Cert: id.cert, Key: id.cert}, "--metrics-cert " + id.cert},
		{Config{Cert: id.cert, Key: id.key, ClientCA: id.key}, "no certificate in it"},
		{Config{Cert: id.cert, Key: id.key, ClientCA: "nowhere"}, "--metrics-client-ca: open nowhere"},
	} {
		_, err := x.c.security()
		if x.want == "" && err != nil || x.want != "" && (err == nil || !strings.Contains(err.Error(), x.want)) {
			t.Errorf("%+v: %v, want %q", x.c, err, x.want)
		}
	}
}
