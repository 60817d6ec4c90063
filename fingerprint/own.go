package fingerprint

import _ "embed"

// linuxText was measured: own_linux_test.go makes it. linksText is arithmetic.
var (
	//go:embed linux.fp
	linuxText string
	//go:embed links.fp
	linksText string
)

var own = mustParse(linuxText + linksText)

// Own returns the signatures that onpath brings along. They are few: of the stacks
// that could be made to run, under many settings.
func Own() *Database { return own }

func mustParse(text string) *Database {
	db, err := Parse(text)
	if err != nil {
		panic("signatures brought along: " + err.Error()) // any test shows it
	}
	return db
}
