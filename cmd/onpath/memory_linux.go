package main

import "syscall"

// installed returns how much memory the machine has, in octets; 0 if that is not known.
func installed() uint64 {
	var info syscall.Sysinfo_t
	if err := syscall.Sysinfo(&info); err != nil {
		return 0
	}
	return uint64(info.Totalram) * uint64(info.Unit)
}
