// Package checkpoint writes plain memory to a file, and reads it again in another version
// of the program: what the connections of a capture are, so that they go on after a
// restart.
//
// What is written are parts: structs without pointers, given as pointers. At the head of
// the file stands what each type of part is made of, by name; so fields that came since
// are zero when the part is read, those that went are passed over, and those that are of
// another kind, or mean something else (meanings), make the file be refused with their
// name. The octets of a part are those of the memory, so a machine of the other byte order
// refuses the file, too.
//
//	"onpath state\n"   what file this is
//	uint32             1, in the byte order of who wrote it
//	block              the head: Head as JSON
//	block …            parts: uint16 number of its type, its octets
//	uint32 0, uint32   the end: the check over all
//	entry …            the journal: 16 octets each, what happened since (Note)
//
// A block is its length and a check, uint32 each, and its octets. Each check is over all
// octets of blocks so far, so that none can be lost, or stand elsewhere.
//
// The package knows nothing of connections, and opens no file.
package checkpoint
