// Package run is the only package that starts goroutines, looks at a clock and
// minds signals: it drives packets from captures or interfaces through a Decoder and a
// Table into the outputs.
//
// One goroutine does all the work, so nothing but an atomic word and the gate is
// shared; the other one waits for signals and wakes the progress bar. Where there are
// shards it reads, and starts one for each of them, one that orders and one that writes; they
// share nothing but channels (shards.go), and a lock on what is said. Who needs all of it at
// one moment has them stand still first (tables.go). Those that serve
// metrics ask the one that works for a copy of what it counts (scrapes.go), and read
// beside it only since when an output is written to, which is atomic too. Of a capture each
// output has a goroutine that waits for its file, so that the packets need not (queue.go).
package run

import (
	"cmp"
	"crypto/rand"
	"encoding/binary"
	"io"
	"math"
	"os"
	"time"

	"onpath/anomaly"
	"onpath/compat/netfilter"
	"onpath/filter"
	"onpath/fingerprint"
	"onpath/flow"
	"onpath/internal/metrics"
	"onpath/packet"
	"onpath/record"
	"onpath/sink/text"
	"onpath/source"
)

// Config says what to read and what to write.
type Config struct {
	Files    []string // captures in their order; "-" is standard input
	Printed  bool     // they are not captures, but what tcpdump printed
	Capture  Capture  // instead of Files: interfaces
	Version  string   // of onpath, for outputs that name who wrote them; may be empty
	Merge    bool     // read them as one stream in the order of time
	Count    uint64   // packets to read that the filter selects; 0: all
	Outputs  []Output // none: one in the verb's first format on standard output
	Rotation Rotation // of the files of Outputs, with Capture
	Quiet    bool     // no summary, no progress bar
	Shards   int      // tables that share the connections, of Read alone; 0: of captures as many as there are processors, one if there is little to read; of interfaces half of that

	// Memory is a target for the whole process, in octets, that Divide divides; 0: none.
	Memory int64
	queued int           // octets of an output that may wait; 0: queueBlocks blocks
	limits source.Limits // of captures

	// Filter selects frames; of the others nothing is seen but how many they were. nil: all
	// are selected.
	Filter *filter.Filter

	// FailOn makes a Found of what is found of this severity or a stronger one; 0:
	// nothing is.
	FailOn anomaly.Severity

	PacketFile bool // of TCPStates, beside the flow file

	Text text.Config // of the packets' format text

	Evidence Evidence // of Read alone

	State State // of Read with Capture alone

	Metrics metrics.Config // of Read alone; without an Addr, none are served

	Decoder packet.Config
	Flow    flow.Config // its Seed is drawn by Read and Packets, its Netfilter made of:

	// Netfilter is the firewall that is asked about each packet; nil: none is, unless
	// an output wants to know. Its Seed and Event are set by Read and Packets, its
	// MaxEntries is Flow's MaxConnections.
	Netfilter *netfilter.Config

	// P0f is a file of signatures in the form of p0f.fp, which are asked before those of
	// fingerprint.Own; "": none.
	P0f string

	p0f    *fingerprint.Database    // of P0f
	events []func(*netfilter.Event) // who listens to the firewall
}

// Read reads the captures, or captures until it is stopped, and writes the connections.
func Read(c Config) error {
	defer c.limitHeap()()
	lock, err := c.claim()
	if err != nil {
		return err
	}
	defer lock.Close()
	c.Capture.rings = c.shardsOf(0)
	job, err := newJob(c, RecordFormats)
	if err != nil {
		return err
	}
	if job.dumps, err = job.openDumps(); err == nil {
		err = job.confine()
	}
	if err == nil {
		err = job.openState()
	}
	if err != nil {
		job.close()
		return job.asWhom(err)
	}
	return job.drive(job.divided(job.divide(), func(r *record.Record) { writeRecord(job, r) }), true)
}

// writeRecord writes what may be interim: then what was found is told at its end.
func writeRecord(j *job[record.Record], r *record.Record) {
	if r.Interim {
		j.spare = false
		j.write(r)
		return
	}
	j.ended(r)
	j.write(r)
	j.keeper.written(j.contents(), r.Conn)
	if j.dumps != nil {
		j.dumps.close(r, j.table.Owner())
	}
}

// Packets reads the captures and writes a row for each packet.
func Packets(c Config) error {
	job, err := newJob(c, PacketFormats)
	if err != nil {
		return err
	}
	job.table = flow.New(job.config.Flow, job.ended)
	return job.drive(func() { job.packets(job.write) }, false)
}

// newJob opens what c names, inputs before outputs, so that no output is
// touched if an input is missing.
func newJob[R any](c Config, formats []Format[R]) (*job[R], error) {
	j := &job[R]{config: c, began: time.Now(), gate: make(chan struct{}, 1)}
	j.config.Flow.Seed = drawSeed()
	j.config.Decoder.Fragments.Seed = drawSeed()
	if len(c.Outputs) == 0 && len(formats) > 0 {
		j.config.Outputs = []Output{{Format: formats[0].Name, Path: Stdout}}
	}
	if err := noOverwriting(j.config); err != nil {
		return nil, err
	}
	if err := j.config.readP0f(); err != nil {
		return nil, err
	}
	var err error
	if err = j.openInput(); err != nil {
		return nil, err
	}
	if j.scrapes, err = openScrapes(&j.config, j.look, j.stuck); err != nil {
		j.in.Close()
		return nil, err
	}
	if err = j.openOutputs(formats); err != nil {
		j.close()
		return nil, err
	}
	j.config.startFirewall()
	j.limit = cmp.Or(c.Count, math.MaxUint64)
	j.waits = j.in.Size() == 0
	j.decoder = packet.NewDecoder(j.config.Decoder)
	return j, nil
}

// openInput opens what is to be read. Of an interface, the kernel gives us only what the
// filter selects.
func (j *job[R]) openInput() error {
	if len(j.config.Capture.Interfaces) > 0 {
		l, err := openLive(&j.config, j.say)
		j.in, j.live = l, l
		return err
	}
	j.sieve.filter = j.config.Filter
	in, err := openCaptures(j.config)
	j.in = in
	return err
}

// say tells of what happens meanwhile.
func (j *job[R]) say(what string) {
	if !j.config.Quiet || j.hear != nil {
		j.warn(what)
	}
}

// warn tells of what goes wrong, though onpath goes on, also if it is to be quiet.
func (j *job[R]) warn(what string) {
	if j.hear != nil {
		j.hear(what)
		return
	}
	j.notice("onpath: " + what + "\n")
}

// close closes what newJob opened to read and to listen.
func (j *job[R]) close() {
	j.in.Close()
	j.scrapes.stop()
}

// notice writes to standard error what was asked for, or is to be said.
func (j *job[R]) notice(text string) {
	j.saying.Lock()
	defer j.saying.Unlock()
	j.bar.clear(j.errors())
	io.WriteString(j.errors(), text)
}

// errors returns what takes what goes to standard error.
func (j *job[R]) errors() io.Writer {
	if j.notes != nil {
		return j.notes
	}
	return stderr
}

// drawSeed draws a seed that nobody who sends packets can guess.
func drawSeed() (s packet.Seed) {
	var b [32]byte
	rand.Read(b[:]) // never fails
	for i := range s {
		s[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return s
}

// stderr is where the summary and the progress bar go.
var stderr = os.Stderr
