package packet

import (
	"syscall"
	"testing"
)

// TestSumReadsNoFurther: behind the octets there may be nothing that can be read.
func TestSumReadsNoFurther(t *testing.T) {
	page := syscall.Getpagesize()
	mem, err := syscall.Mmap(-1, 0, 4*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Skipf("no memory to guard: %v", err)
	}
	defer func() { _ = syscall.Munmap(mem) }()
	for _, guard := range [][]byte{mem[:page], mem[3*page:]} {
		if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
			t.Skipf("pages cannot be guarded: %v", err)
		}
	}
	between := mem[page : 3*page]
	for n := range len(between) {
		sumOctets(1, between[:n])
		sumOctets(1, between[len(between)-n:])
	}
}
