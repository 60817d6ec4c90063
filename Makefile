# make builds ./onpath, make install installs it; the other targets are for work on onpath itself.

FUZZTIME ?= 30s
RUNS ?= 100000
PACKETS ?= 5000000
CONNECTIONS ?= 10000
SOAK ?= 30m
RULES ?= arrows.go emit.go receive.go syn.go synack.go ack.go late.go reset.go window.go plain.go step.go join.go sack.go forgedfin.go
# Where install puts things, under DESTDIR if that is set.
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
UNITDIR ?= $(PREFIX)/lib/systemd/system
# Packages with goroutines, or called from some.
CONCURRENT = ./internal/run/... ./internal/metrics/... ./source/... ./cmd/...

.PHONY: onpath install test race lint notices bench bench-smoke pgo fuzz floods soundness mutate oracle live-proof live-rate soak docs clean

onpath: # one static binary
	CGO_ENABLED=0 go build -trimpath -buildvcs=auto -ldflags '-s -w' -o onpath ./cmd/onpath

# The binary, its pages and completions, and a service that is not enabled. Flags in
# SYSCONFDIR/default/onpath stay as they are. It builds nothing: root may have no Go, and
# git shows root nothing of others' repositories.
install:
	@test -x onpath || { echo "make builds onpath; then sudo make install"; exit 1; }
	install -D -m 755 onpath $(DESTDIR)$(PREFIX)/bin/onpath
	install -d $(DESTDIR)$(PREFIX)/share/man/man1
	./onpath man $(DESTDIR)$(PREFIX)/share/man/man1
	./onpath completion bash | install -D -m 644 /dev/stdin $(DESTDIR)$(PREFIX)/share/bash-completion/completions/onpath
	./onpath completion zsh | install -D -m 644 /dev/stdin $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_onpath
	./onpath completion fish | install -D -m 644 /dev/stdin $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/onpath.fish
	sed 's|/usr/local/bin/|$(PREFIX)/bin/|' contrib/onpath.service | install -D -m 644 /dev/stdin $(DESTDIR)$(UNITDIR)/onpath.service
	test -e $(DESTDIR)$(SYSCONFDIR)/default/onpath || install -D -m 644 contrib/onpath.default $(DESTDIR)$(SYSCONFDIR)/default/onpath

test:
	go test ./...

race:
	go test -race $(CONCURRENT)

# What nothing calls is dead where nobody else can call it; elsewhere it is API.
lint: notices
	@test -z "$$(gofmt -l .)" || { echo "gofmt -w is needed on:"; gofmt -l .; exit 1; }
	go vet ./...
	go tool staticcheck ./...
	@dead=$$(go tool deadcode -test -filter '^onpath/(cmd|internal|sink)' ./...); test -z "$$dead" || { echo "nothing calls:"; echo "$$dead"; exit 1; }
	go mod tidy -diff

# Every module that is linked into the binary must be named with its version.
notices:
	@go list -deps -f '{{with .Module}}{{if not .Main}}| {{.Path}} | {{.Version}} |{{end}}{{end}}' ./cmd/onpath | sort -u | \
	while read -r row; do grep -qF "$$row" THIRD_PARTY_NOTICES.md || { echo "THIRD_PARTY_NOTICES.md lacks: $$row"; exit 1; }; done

# Per ring, then end to end beside the floor and gopacket (docs/performance.md).
bench:
	go test -run '^$$' -bench . -benchmem ./tcp ./packet ./conn ./flow ./record ./source ./sink/... ./check ./compat/netfilter ./filter
	go run ./internal/bench

# Fails on allocations per packet and octets per connection, never on times.
bench-smoke:
	go run ./internal/bench -check -rounds 1 -scale 0.1 -programs floor,core,quiet,tracker,onpath

# The profile that the compiler goes by: of all workloads, as often as gives each packet
# about the same weight. Where the code has changed much it is to be made anew.
PGO := $(or $(TMPDIR),/tmp)/onpath-pgo
pgo:
	rm -rf $(PGO) && mkdir -p $(PGO)
	go run -trimpath -pgo=off ./internal/bench -dir $(PGO) -profiles $(PGO) -scale 0.2 -programs onpath -rounds 3
	go run -trimpath -pgo=off ./internal/bench -dir $(PGO) -profiles $(PGO) -scale 0.2 -programs core -loads mix,bulk -rounds 9
	go tool pprof -proto -output cmd/onpath/default.pgo $(PGO)/*.pprof
	rm -rf $(PGO)

fuzz: # each target for FUZZTIME
	.ci/fuzz $(FUZZTIME)

floods: # floods of all kinds, 5 million packets each (PACKETS=N), under --memory
	ONPATH_FLOODS=$(PACKETS) go test ./cmd/onpath -run "Flood|HighestRate" -count 1 -v -timeout 4h

soundness: # each mode of simulation, long enough to see what is rare
	ONPATH_RUNS=$(RUNS) go test ./conn -run 'Soundness' -v -timeout 4h

mutate: # the rules of package conn, dropped or inverted one by one: those that no test holds
	go run ./internal/mutate -skip Soundness -late 'Tightness Laws|Disorder' -env ONPATH_RUNS=100 -equivalent conn/testdata/equivalent.txt ./conn $(RULES)

oracle: # the differential tests over the whole corpus, if it is there; 100,000 packets for the kernel (other ones: ONPATH_SEED=2)
	ONPATH_FULL=1 go test -count 1 -timeout 2h ./...

live-proof: # 10,000 real connections over namespaces, a tenth over a faulty wire, each record held against its ends; faults (root; other counts: CONNECTIONS=2000)
	ONPATH_CONNECTIONS=$(CONNECTIONS) go test -count 1 -timeout 1h -v -run 'TestTraffic|TestTwice' ./internal/traffic
	ONPATH_SHARDS=2 ONPATH_CONNECTIONS=$(CONNECTIONS) go test -count 1 -timeout 1h -v -run TestTraffic ./internal/traffic
	ONPATH_BLOCKED=30s go test -count 1 -timeout 1h -v -run 'Deleted|Disk|Pipe|Clock|Iperf' ./internal/traffic
	ONPATH_SHARDS=2 ONPATH_BLOCKED=30s go test -count 1 -timeout 1h -v -run 'Deleted|Disk|Pipe|Clock|Iperf' ./internal/traffic
	ONPATH_CONNECTIONS=$$(($(CONNECTIONS) / 10)) go test -count 1 -timeout 1h -v -run TestWire ./internal/traffic

live-rate: # what live and tcpdump -w /dev/null lose of traffic at full speed, in turns and both at once (root)
	ONPATH_RATE=1 go test -count 1 -timeout 1h -v -run TestRate ./internal/traffic

soak: # live with traffic of all kinds for SOAK: memory, goroutines, descriptors must not grow (root)
	ONPATH_SOAK=$(SOAK) go test -count 1 -timeout 24h -v -run TestSoak ./internal/traffic

docs: # what is generated from the tables
	go test ./record ./conn ./anomaly ./outcome ./internal/metrics -run Markdown -update

clean:
	rm -f onpath
