//go:build !linux

package afpacket

import (
	"errors"
	"runtime"
	"time"

	"onpath/packet"
)

var errNotSupported = errors.New("live capture is not supported on " + runtime.GOOS + "; capture with tcpdump -U -w - and pipe it into onpath read -")

// Ring cannot be opened here.
type Ring struct{}

// Open says that live capture is not supported here.
func Open(Config) (*Ring, error) { return nil, errNotSupported }

// OpenFanout says that live capture is not supported here.
func OpenFanout(Config, int) ([]*Ring, error) { return nil, errNotSupported }

// LinkOf says that live capture is not supported here.
func LinkOf(string) (packet.LinkType, error) { return 0, errNotSupported }

// Wait says that live capture is not supported here.
func Wait([]*Ring, time.Duration) error { return errNotSupported }

// Look has nothing to look after.
func Look([]*Ring, time.Time) {}

// Next has no frames.
func (r *Ring) Next(*packet.Frame) bool { return false }

// Buffered has no frames.
func (r *Ring) Buffered() bool { return false }

// Idle has nothing to wait for.
func (r *Ring) Idle() bool { return true }

// HalfFull is not.
func (r *Ring) HalfFull() bool { return false }

// Dropped is 0.
func (r *Ring) Dropped() uint64 { return 0 }

// Losses is 0.
func (r *Ring) Losses() uint64 { return 0 }

// Stats are 0.
func (r *Ring) Stats() (s Stats) { return s }

// Link is that of no frame.
func (r *Ring) Link() packet.LinkType { return 0 }

// Close does nothing.
func (r *Ring) Close() {}
