package netfilter

var h323Policies = []Policy{{18, 4 * minute}}

func readRAS(*Payload, *Memory, func(Expectation) bool) string  { return "" }
func readQ931(*Payload, *Memory, func(Expectation) bool) string { return "" }
func readH245(*Payload, *Memory, func(Expectation) bool) string { return "" }
