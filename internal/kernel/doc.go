// Package kernel holds compat/netfilter against the connection tracking of the
// Linux kernel that the tests run on: it makes dialogues by dice, has ctoracle (a
// program beside the module, ../shared/oracle) replay them through the kernel in a
// network namespace of its own, and compares what the kernel said of each packet
// with what netfilter.Tracker says. A test of its own sends real traffic over a
// gateway and compares the events that conntrack -E printed.
//
// It needs root, namespaces, TUN devices and nf_conntrack; where one of them is
// missing the tests are skipped and say which. It is a tool of this repository and
// no part of the product.
package kernel
