// Package prefetch asks for memory before it is needed, so that who needs it does not wait.
// An instruction that reads would do so too, but the processor can go on only some hundred
// instructions behind one that waits; behind one that asks it goes on as far as it likes.
//
// To ask changes nothing, for any address: what is not there does not come. Where the
// processor has no such instruction, or this package does not know it, nothing is asked for.
package prefetch
