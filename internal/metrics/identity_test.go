package metrics

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// identity is a certificate with its key, as files and in memory.
type identity struct {
	cert, key string
	pair      tls.Certificate
}

// newIdentity makes one that signer signed; nil: itself.
func newIdentity(t *testing.T, signer *identity) *identity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	fatal(t, err)
	sheet := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: signer == nil, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	above, by := sheet, any(key)
	if signer != nil {
		above, by = signer.pair.Leaf, signer.pair.PrivateKey
	}
	cert, err := x509.CreateCertificate(rand.Reader, sheet, above, &key.PublicKey, by)
	fatal(t, err)
	octets, err := x509.MarshalPKCS8PrivateKey(key)
	fatal(t, err)
	dir := t.TempDir()
	id := &identity{cert: filepath.Join(dir, "cert"), key: filepath.Join(dir, "key")}
	fatal(t, os.WriteFile(id.cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), 0o600))
	fatal(t, os.WriteFile(id.key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: octets}), 0o600))
	id.pair, err = tls.LoadX509KeyPair(id.cert, id.key)
	fatal(t, err)
	return id
}

// trusts returns a pool with it.
func (id *identity) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(id.pair.Leaf)
	return p
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
