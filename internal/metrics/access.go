package metrics

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"strings"
)

// Config says where to listen, and who may ask. Addr is required, the names of files
// may be empty.
type Config struct {
	Addr     string // address and port, both numbers; ":9477" and "localhost:9477": of 127.0.0.1; port 0: any that is free
	Token    string // file with the token that who asks must bear (RFC 6750 §2.1)
	Cert     string // file with the server's certificate, PEM; with Key: TLS
	Key      string // file with its private key, PEM
	ClientCA string // file with the certificates, PEM, that must have signed who asks; with Cert
	Version  string // of onpath
}

// Validate says what is wrong with the combination, and what to do. It looks at no file.
func (c *Config) Validate() error {
	at, err := c.address()
	switch {
	case err != nil:
		return err
	case (c.Cert == "") != (c.Key == ""):
		return errors.New("--metrics-cert and --metrics-key go together: a certificate and its private key")
	case c.ClientCA != "" && c.Cert == "":
		return errors.New("--metrics-client-ca needs TLS; give --metrics-cert and --metrics-key too")
	case !at.Addr().IsLoopback() && c.Token == "" && c.ClientCA == "":
		return fmt.Errorf("--metrics %s: others can reach it, so who asks must show who he is; give --metrics-token FILE, or --metrics-cert, --metrics-key and --metrics-client-ca, or listen on 127.0.0.1", c.Addr)
	}
	return nil
}

// address returns where to listen.
func (c *Config) address() (netip.AddrPort, error) {
	addr := c.Addr
	if port, ok := strings.CutPrefix(strings.TrimPrefix(addr, "localhost"), ":"); ok && !strings.Contains(port, ":") {
		addr = "127.0.0.1:" + port
	}
	at, err := netip.ParseAddrPort(addr)
	if err != nil {
		return at, fmt.Errorf("--metrics %q: want an address and a port, as in 127.0.0.1:9477, [::1]:9477 or :9477", c.Addr)
	}
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port()), nil
}

// minToken is how many octets a token has at least: half of what 128 bits take in
// hexadecimal digits can be tried.
const minToken = 16

// readToken returns the hash of the token in a file, without the white space around it.
func readToken(path string) (sum [sha256.Size]byte, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return sum, fmt.Errorf("--metrics-token: %w", err)
	}
	if info.Mode().Perm()&0o007 != 0 {
		return sum, fmt.Errorf("--metrics-token %s: everybody here can read or write it (mode %04o); chmod 600 it, and choose another token", path, info.Mode().Perm())
	}
	octets, err := os.ReadFile(path)
	if err != nil {
		return sum, fmt.Errorf("--metrics-token: %w", err)
	}
	token := strings.TrimSpace(string(octets))
	if len(token) < minToken {
		return sum, fmt.Errorf("--metrics-token %s: %d octets are too few, want %d or more; openssl rand -hex 32 makes some", path, len(token), minToken)
	}
	return sha256.Sum256([]byte(token)), nil
}

// bears reports whether a request bears the token with that hash. Hashes are compared,
// in constant time, so that the time tells neither its octets nor its length.
func bears(r *http.Request, want *[sha256.Size]byte) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	got := sha256.Sum256([]byte(strings.TrimSpace(token)))
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1 && strings.EqualFold(scheme, "Bearer")
}

// security returns what TLS demands; nil without it.
func (c *Config) security() (*tls.Config, error) {
	if c.Cert == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(c.Cert, c.Key)
	if err != nil {
		return nil, fmt.Errorf("--metrics-cert %s --metrics-key %s: %w", c.Cert, c.Key, err)
	}
	t := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	if c.ClientCA == "" {
		return t, nil
	}
	authorities, err := os.ReadFile(c.ClientCA)
	if err != nil {
		return nil, fmt.Errorf("--metrics-client-ca: %w", err)
	}
	t.ClientCAs, t.ClientAuth = x509.NewCertPool(), tls.RequireAndVerifyClientCert
	if !t.ClientCAs.AppendCertsFromPEM(authorities) {
		return nil, fmt.Errorf("--metrics-client-ca %s: no certificate in it; want PEM", c.ClientCA)
	}
	return t, nil
}
