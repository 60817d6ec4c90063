package main

import "fmt"

// memory is the value of --overlap-memory and --evidence-memory: a size that this
// machine can hold.
type memory struct{ octets }

// Set takes a size, and refuses more than there is.
func (m *memory) Set(text string) error {
	var size octets
	if err := size.Set(text); err != nil {
		return err
	}
	if have := installed(); have > 0 && uint64(size) > have {
		return fmt.Errorf("this machine has %.1f GiB of memory; give less", float64(have)/(1<<30))
	}
	m.octets = size
	return nil
}
