# make builds ./onpath; the other targets are for work on onpath itself.

FUZZTIME ?= 30s
RUNS ?= 100000
RULES ?= arrows.go emit.go receive.go syn.go synack.go ack.go late.go reset.go window.go plain.go step.go join.go sack.go forgedfin.go
# Packages with goroutines, or called from some.
CONCURRENT = ./internal/run/... ./internal/metrics/... ./source/... ./cmd/...

.PHONY: onpath test race lint notices bench bench-smoke fuzz soundness mutate oracle docs clean

onpath: # one static binary
	CGO_ENABLED=0 go build -trimpath -buildvcs=auto -ldflags '-s -w' -o onpath ./cmd/onpath

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

fuzz: # each target for FUZZTIME
	.ci/fuzz $(FUZZTIME)

soundness: # each mode of simulation, long enough to see what is rare
	ONPATH_RUNS=$(RUNS) go test ./conn -run 'Soundness' -v -timeout 4h

mutate: # the rules of package conn, dropped or inverted one by one: those that no test holds
	go run ./internal/mutate -skip Soundness -late 'Tightness Laws|Disorder' -env ONPATH_RUNS=100 -equivalent conn/testdata/equivalent.txt ./conn $(RULES)

oracle: # the differential tests over the whole corpus, if it is there; 100,000 packets for the kernel (other ones: ONPATH_SEED=2)
	ONPATH_FULL=1 go test -count 1 -timeout 2h ./...

docs: # what is generated from the tables
	go test ./record ./conn ./anomaly ./outcome ./internal/metrics -run Markdown -update

clean:
	rm -f onpath
