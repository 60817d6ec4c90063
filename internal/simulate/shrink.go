package simulate

// Shrink returns numbers as few and as small as it can find, for which fails
// still holds, by leaving out stretches, by replacing stretches by zeros, and by
// halving what remains. The run that they throw is a small one, as 0 is always
// the dull choice.
func Shrink(numbers []uint32, fails func([]uint32) bool) []uint32 {
	for size := len(numbers); ; {
		before := weight(numbers)
		for n := size; n > 0; n /= 2 {
			numbers = stretches(numbers, n, fails)
		}
		numbers = halve(numbers, fails)
		if weight(numbers) == before {
			return numbers
		}
		size = 16
	}
}

// weight is what shrinking lowers.
func weight(numbers []uint32) (w uint64) {
	for _, n := range numbers {
		w += uint64(n) + 1
	}
	return w
}

// stretches tries to do without each n numbers, or to throw zeros instead.
func stretches(numbers []uint32, n int, fails func([]uint32) bool) []uint32 {
	for i := len(numbers) - n; i >= 0; i -= n {
		short := append(append([]uint32(nil), numbers[:i]...), numbers[i+n:]...)
		if fails(short) {
			numbers = short
			continue
		}
		zeros := append([]uint32(nil), numbers...)
		clear(zeros[i : i+n])
		if weight(zeros) < weight(numbers) && fails(zeros) {
			numbers = zeros
		}
	}
	return numbers
}

// halve lowers each number as far as halving leads.
func halve(numbers []uint32, fails func([]uint32) bool) []uint32 {
	for i := range numbers {
		for step := numbers[i]; step > 1<<16; step /= 2 {
			lower := append([]uint32(nil), numbers...)
			lower[i] -= step - step/2
			if fails(lower) {
				numbers = lower
			}
		}
	}
	return numbers
}
