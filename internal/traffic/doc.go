// Package traffic holds `onpath live` against real traffic: connections of many kinds
// between kernels' own stacks, over a gateway of namespaces and over a wire that faults
// are made on. The ends write down what they know of each connection; every record must
// agree with them, and the sums with what the kernels count and the router tracks.
//
// It needs root, namespaces and TUN devices; where one of them is missing the tests are
// skipped and say which. It is a tool of this repository and no part of the product.
package traffic
