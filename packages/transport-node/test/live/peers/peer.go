// A TLS peer on Go's crypto/tls for the live tests. It takes one argument, its options as JSON; standard input goes to
// the connection, the connection to standard output, and what it has to say, one thing a line, to standard error.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

type options struct {
	Role        string
	Port        int
	Versions    []string
	Suites      []uint16
	Groups      []uint16
	Identities  []struct{ Chain, Key string }
	Trust       string
	ServerName  string
	Alpn        []string
	KeylogFile  string
	ExportLabel string
	StapleFile  string
	Sct         []byte
	Reconnect   bool
	Renegotiate bool
}

var versions = map[string]uint16{
	"TLS 1.1": tls.VersionTLS11,
	"TLS 1.2": tls.VersionTLS12,
	"TLS 1.3": tls.VersionTLS13,
}

func say(format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
}

func fail(err error) {
	if err != nil {
		say("error: %v", err)
		os.Exit(1)
	}
}

func read(path string) []byte {
	bytes, err := os.ReadFile(path)
	fail(err)
	return bytes
}

func configure(o options) *tls.Config {
	config := &tls.Config{
		MinVersion:   versions[o.Versions[0]],
		MaxVersion:   versions[o.Versions[len(o.Versions)-1]],
		CipherSuites: o.Suites,
		ServerName:   o.ServerName,
		NextProtos:   o.Alpn,
	}
	if o.Renegotiate {
		config.Renegotiation = tls.RenegotiateFreelyAsClient
	}
	for _, group := range o.Groups {
		config.CurvePreferences = append(config.CurvePreferences, tls.CurveID(group))
	}
	for _, identity := range o.Identities {
		certificate, err := tls.LoadX509KeyPair(identity.Chain, identity.Key)
		fail(err)
		if o.StapleFile != "" {
			certificate.OCSPStaple = read(o.StapleFile)
		}
		if o.Sct != nil {
			certificate.SignedCertificateTimestamps = [][]byte{o.Sct}
		}
		config.Certificates = append(config.Certificates, certificate)
	}
	if o.Trust != "" {
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(read(o.Trust)) {
			fail(fmt.Errorf("no authority in %s", o.Trust))
		}
		config.RootCAs, config.ClientCAs = pool, pool
		if o.Role == "server" {
			config.ClientAuth = tls.RequireAndVerifyClientCert
		}
	}
	if o.KeylogFile != "" {
		file, err := os.OpenFile(o.KeylogFile, os.O_WRONLY|os.O_APPEND, 0o600)
		fail(err)
		config.KeyLogWriter = file
	}
	return config
}

// Standard input goes to whichever connection is current. The lock is held while writing and closing: a close during a
// write sends no close_notify.
var (
	current     *tls.Conn
	currentLock sync.Mutex
)

func forward() {
	buffer := make([]byte, 65536)
	for {
		n, err := os.Stdin.Read(buffer)
		currentLock.Lock()
		if n > 0 && current != nil {
			if _, err := current.Write(buffer[:n]); err != nil {
				say("write: %v", err)
			}
		}
		if err != nil && current != nil {
			current.Close()
		}
		currentLock.Unlock()
		if err != nil {
			return
		}
	}
}

func talk(connection *tls.Conn, o options, firstLine bool) {
	if err := connection.Handshake(); err != nil {
		say("handshake: %v", err)
		connection.Close()
		return
	}
	state := connection.ConnectionState()
	currentLock.Lock()
	current = connection
	currentLock.Unlock()
	say("alpn: %s", state.NegotiatedProtocol)
	say("serverName: %s", state.ServerName)
	say("staple: %s", hex.EncodeToString(state.OCSPResponse))
	say("resumed: %v", state.DidResume)
	say("scts: %d", len(state.SignedCertificateTimestamps))
	say("tlsUnique: %s", hex.EncodeToString(state.TLSUnique))
	if o.ExportLabel != "" {
		export := func(name string, label string, context []byte) {
			secret, err := state.ExportKeyingMaterial(label, context, 32)
			fail(err)
			say("%s: %s", name, hex.EncodeToString(secret))
		}
		export("exported", o.ExportLabel, nil)
		export("exportedWithContext", o.ExportLabel, []byte("context"))
		export("channelBinding", "EXPORTER-Channel-Binding", []byte{})
	}
	buffer := make([]byte, 65536)
	for {
		n, err := connection.Read(buffer)
		os.Stdout.Write(buffer[:n])
		if err == io.EOF {
			say("closed")
			break
		}
		if err != nil {
			say("read: %v", err)
			break
		}
		if firstLine && buffer[n-1] == '\n' {
			break
		}
	}
	currentLock.Lock()
	connection.Close()
	currentLock.Unlock()
}

func main() {
	var o options
	fail(json.Unmarshal([]byte(os.Args[1]), &o))
	config := configure(o)
	go forward()
	if o.Role == "server" {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		fail(err)
		say("listening: %d", listener.Addr().(*net.TCPAddr).Port)
		for {
			connection, err := listener.Accept()
			fail(err)
			talk(tls.Server(connection, config), o, false)
		}
	}
	config.ClientSessionCache = tls.NewLRUClientSessionCache(8)
	if o.Reconnect {
		talk(dial(o, config), o, true)
	}
	talk(dial(o, config), o, false)
}

func dial(o options, config *tls.Config) *tls.Conn {
	connection, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", o.Port), 10*time.Second)
	fail(err)
	return tls.Client(connection, config)
}
