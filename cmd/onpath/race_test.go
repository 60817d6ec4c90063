//go:build race

package main

// raced says that the race detector watches the tests.
const raced = true
