package simulate

// Dice makes every choice of a run. A choice of 0 is always the dull one: no
// fault, the shortest delay, nothing to do. So the smaller the numbers thrown, the
// simpler the run, and shrinking a run is shrinking a list of numbers.
type Dice struct {
	state  uint64
	throw  func() uint32 // instead of state, if not nil
	thrown []uint32
	record bool
}

// Seeded returns dice that throw the numbers of a generator (PCG, O'Neill 2014).
func Seeded(seed uint64) Dice { return Dice{state: seed*0x9e3779b97f4a7c15 + 0xda3e39cb94b95bdb} }

// Thrown returns dice that throw what throw returns.
func Thrown(throw func() uint32) Dice { return Dice{throw: throw} }

// Tape returns dice that repeat numbers, and throw 0 when these are used up.
func Tape(numbers []uint32) Dice {
	return Thrown(func() uint32 {
		if len(numbers) == 0 {
			return 0
		}
		n := numbers[0]
		numbers = numbers[1:]
		return n
	})
}

// Recorded returns the numbers that a run of play with dice from seed throws.
func Recorded(seed uint64, play func(*Dice)) []uint32 {
	d := Seeded(seed)
	d.record = true
	play(&d)
	return d.thrown
}

// next throws.
func (d *Dice) next() uint32 {
	if d.throw != nil {
		return d.throw()
	}
	d.state = d.state*6364136223846793005 + 1442695040888963407
	x := uint32((d.state>>18 ^ d.state) >> 27)
	r := uint32(d.state >> 59)
	n := x>>r | x<<(-r&31)
	if d.record {
		d.thrown = append(d.thrown, n)
	}
	return n
}

// below returns one of 0 to n-1.
func (d *Dice) below(n int) int { return int(uint64(d.next()) * uint64(n) >> 32) }

// between returns one of low to high.
func (d *Dice) between(low, high int) int { return low + d.below(high-low+1) }

// chance is true in permille of 1000 throws. Of a chance of 0 nothing is thrown.
func (d *Dice) chance(permille int) bool {
	return permille > 0 && d.below(1000) >= 1000-permille
}
