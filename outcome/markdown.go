package outcome

import "fmt"

const markdownHead = "" +
	"# Outcomes\n" +
	"\n" +
	"Generated from the tables in package outcome; go test ./outcome -run Markdown -update mends it.\n" +
	"\n" +
	"The column `outcome` says what became of a TCP connection: the first of these classes\n" +
	"that fits. It never depends on why the record was written (`end_reason`): a connection\n" +
	"that the end of the capture cuts is open. In the table of `onpath read` a question mark\n" +
	"stands behind an outcome of low confidence: only one direction passed, or the\n" +
	"connection was joined late, or little tells what became of it.\n" +
	"\n" +
	"The client is who sent the first SYN. *Established* means that the SYN of each end was\n" +
	"acknowledged; in a one-way view the numbers of the visible end must tell. A RST counts\n" +
	"only where its addressee may accept it, and only if what its sender sent afterwards was\n" +
	"not acknowledged.\n" +
	"\n"

// AppendMarkdown appends the page docs/outcomes.md.
func AppendMarkdown(dst []byte) []byte {
	dst = append(dst, markdownHead...)
	dst = append(dst, "| outcome | meaning |\n|---|---|\n"...)
	for c := Probe; c < NumClasses; c++ {
		dst = fmt.Appendf(dst, "| `%v` | %s |\n", c, c.Doc())
	}
	dst = append(dst, "\nThe column `outcome_flags` tells more:\n\n| flag | meaning |\n|---|---|\n"...)
	for _, w := range FlagWords() {
		dst = fmt.Appendf(dst, "| `%s` | %s |\n", w.Name, w.Doc)
	}
	return dst
}

// A Word is one of the values of a column, and what it means in one line.
type Word struct{ Name, Doc string }

// ClassWords returns the values of the column outcome, in the order in which they are
// tried.
func ClassWords() (words []Word) {
	for c := Probe; c < NumClasses; c++ {
		words = append(words, Word{c.String(), c.Doc()})
	}
	return words
}

// FlagWords returns the values of the column outcome_flags, in the order in which they
// are printed; with (N) if a number stands behind.
func FlagWords() (words []Word) {
	for i := range flags {
		f := &flags[i]
		name := f.name
		if f.number != nil {
			name += "(" + f.before + "N)"
		}
		words = append(words, Word{name, f.doc})
	}
	return words
}
