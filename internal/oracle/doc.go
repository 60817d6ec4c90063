// Package oracle holds the tests that ask captures whose truth is known: real
// kernels with a log of what each of them sent and what became of it on the
// path, and connections simulated elsewhere with the true states of both ends.
// The captures lie beside the module (../shared/truth), not in it; without them
// the tests are skipped. The whole way of a packet runs in process, from source to
// flow.Table.
package oracle
