//go:build linux

package afpacket

import (
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"onpath/packet"
)

// flood sends n frames, many with each call.
func (s *sender) flood(frame []byte, n int) {
	type message struct {
		unix.Msghdr
		_ uint32 // octets sent
		_ [4]byte
	}
	vec := unix.Iovec{Base: &frame[0]}
	vec.SetLen(len(frame))
	var all [64]message
	for i := range all {
		all[i].Iov, all[i].Iovlen = &vec, 1
	}
	for n > 0 {
		sent, _, errno := unix.Syscall6(unix.SYS_SENDMMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&all)), uintptr(min(n, len(all))), 0, 0, 0)
		if errno != 0 && errno != unix.ENOBUFS && errno != unix.EINTR {
			s.t.Error(errno)
			return
		}
		if errno == 0 {
			n -= int(sent)
		}
	}
}

// BenchmarkNext is the reader alone: the ring is filled while the clock stands.
func BenchmarkNext(b *testing.B) {
	for _, payload := range []int{10, 300, 1400} {
		b.Run("payload="+strconv.Itoa(payload), func(b *testing.B) {
			stage(b)
			r, s := opened(b, Config{Interface: "b"}), newSender(b, "a")
			const batch = 10000
			var f packet.Frame
			var read, octets uint64
			for b.Loop() {
				b.StopTimer()
				s.flood(segment(1, 2, 3, 4, payload), batch)
				time.Sleep(2 * retire)
				b.StartTimer()
				for r.Next(&f) {
					read++
					octets += uint64(f.Data[len(f.Data)-1])
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(read), "ns/packet")
			b.ReportMetric(float64(r.Stats().Dropped), "dropped")
		})
	}
}

// BenchmarkRate floods an interface that a Ring and tcpdump -w /dev/null read at the
// same time: what each costs of a processor, and loses.
func BenchmarkRate(b *testing.B) {
	stage(b)
	const n = 1 << 20
	r, s := opened(b, Config{Interface: "b", Memory: 64 << 20}), newSender(b, "a")
	var usage, before unix.Rusage
	var spent time.Duration
	other := exec.Command("tcpdump", "-i", "b", "-w", "/dev/null", "-Z", "root", "-B", "65536")
	var said strings.Builder
	other.Stderr = &said
	if err := other.Start(); err != nil {
		b.Skip("needs the command tcpdump")
	}
	time.Sleep(time.Second)
	var done atomic.Bool
	for b.Loop() {
		go func() {
			began := time.Now()
			s.flood(segment(1, 2, 3, 4, 300), n)
			spent += time.Since(began)
			done.Store(true)
		}()
		unix.Getrusage(unix.RUSAGE_THREAD, &before)
		var f packet.Frame
		for quiet := 0; quiet < 3; quiet++ {
			for r.Next(&f) {
				quiet = 0
			}
			if !done.Load() {
				quiet = 0
			}
			Wait(one(r), retire)
		}
		unix.Getrusage(unix.RUSAGE_THREAD, &usage)
	}
	time.Sleep(time.Second)
	other.Process.Signal(syscall.SIGINT)
	other.Wait()
	st := r.Stats()
	cpu := usage.Utime.Nano() + usage.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano()
	b.ReportMetric(float64(st.Arrived)/spent.Seconds(), "packets/s")
	b.ReportMetric(float64(cpu)/n, "cpu-ns/packet")
	b.ReportMetric(float64(st.Dropped), "dropped")
	b.ReportMetric(float64(other.ProcessState.UserTime()+other.ProcessState.SystemTime())/float64(st.Arrived), "tcpdump-cpu-ns/packet")
	b.Logf("tcpdump: %s", strings.ReplaceAll(said.String(), "\n", ", "))
}
