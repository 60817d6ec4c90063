package kernel

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ErrUnavailable says that this machine cannot be asked: what it wraps is why.
var ErrUnavailable = errors.New("the kernel cannot be asked")

// An Answer is what the kernel said of one packet: a line of ctoracle. Absent
// fields are zero.
type Answer struct {
	I       int      `json:"i"` // from 1
	TS      string   `json:"ts"`
	Proto   int      `json:"proto"`
	Flags   string   `json:"flags"`
	ICMP    string   `json:"icmp"`    // type/code
	Unseen  string   `json:"unseen"`  // why conntrack never saw it
	State   string   `json:"ctstate"` // NEW, ESTABLISHED, …, unseen
	Dir     string   `json:"dir"`
	TCP     string   `json:"tcp"`    // after the packet
	Before  string   `json:"before"` // and before it
	Conn    int      `json:"conn"`   // from 1, in the order of making
	Timeout *int     `json:"timeout"`
	Status  []string `json:"status"`
	Helper  string   `json:"helper"`
	Master  string   `json:"master"`
	Reason  []string `json:"reason"` // the kernel's log
	Expect  []string `json:"expect"`
	Gone    string   `json:"gone"`
	Changed []string `json:"changed"`
	Windows *struct {
		Orig      Side   `json:"orig"`
		Reply     Side   `json:"reply"`
		Retrans   uint8  `json:"retrans"`
		LastIndex string `json:"last_index"`
	} `json:"windows"`
	Disagree string `json:"disagree"` // the oracle's sources, among themselves
}

// Side is the kernel's memory of one end of a TCP connection.
type Side struct {
	End    uint32   `json:"end"`
	MaxEnd uint32   `json:"maxend"`
	MaxWin uint32   `json:"maxwin"`
	MaxAck uint32   `json:"maxack"`
	Scale  uint8    `json:"scale"`
	Flags  []string `json:"flags"`
}

// Oracle is ctoracle, built.
type Oracle struct{ program string }

// Build builds ctoracle from the folder source into dir, and tries whether it may
// do its work here. The error is ErrUnavailable where it cannot.
func Build(source, dir string) (*Oracle, error) {
	if os.Geteuid() != 0 {
		return nil, fmt.Errorf("%w: it takes root", ErrUnavailable)
	}
	if _, err := os.Stat(source); err != nil {
		return nil, fmt.Errorf("%w: no ctoracle at %s", ErrUnavailable, source)
	}
	o := &Oracle{filepath.Join(dir, "ctoracle")}
	build := exec.Command("go", "build", "-o", o.program, ".")
	build.Dir = source
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: ctoracle cannot be built: %v: %s", ErrUnavailable, err, out)
	}
	if _, err := o.Ask(dir, nil, Dialogue{said(&segment{from: client4, to: server4, flags: syn})}); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrUnavailable, err)
	}
	return o, nil
}

// Ask has the kernel judge each dialogue in a namespace of its own, with flags for
// ctoracle; dir takes the captures. There is an answer for each packet.
func (o *Oracle) Ask(dir string, flags []string, dialogues ...Dialogue) ([][]Answer, error) {
	args := append([]string{}, flags...)
	for i, d := range dialogues {
		name := filepath.Join(dir, fmt.Sprintf("%d.pcap", i))
		if err := os.WriteFile(name, d.Capture(), 0o600); err != nil {
			return nil, err
		}
		args = append(args, name)
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(o.program, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("ctoracle: %w: %s", err, complaint(stderr.String()))
	}
	if !strings.Contains(stderr.String(), "late=0") || strings.Contains(stderr.String(), "no BPF") {
		return nil, fmt.Errorf("ctoracle: %s", complaint(stderr.String()))
	}
	return parse(&stdout, dialogues)
}

// complaint is the first line of ctoracle's messages that is not a summary.
func complaint(messages string) string {
	for line := range strings.Lines(messages) {
		if strings.HasPrefix(line, "ctoracle:") {
			return strings.TrimSpace(line)
		}
	}
	return strings.TrimSpace(messages)
}

// parse reads the answers to the dialogues, which follow each other.
func parse(r *bytes.Buffer, dialogues []Dialogue) ([][]Answer, error) {
	answers := make([][]Answer, len(dialogues))
	in := json.NewDecoder(bufio.NewReader(r))
	for i, d := range dialogues {
		answers[i] = make([]Answer, len(d))
		for n := range answers[i] {
			a := &answers[i][n]
			if err := in.Decode(a); err != nil {
				return nil, fmt.Errorf("dialogue %d, packet %d: %w", i+1, n+1, err)
			}
			if a.I != n+1 {
				return nil, fmt.Errorf("dialogue %d: packet %d is answered where %d was asked", i+1, a.I, n+1)
			}
		}
	}
	return answers, nil
}
