package record

// AppendMarkdown appends the catalogue of all columns: docs/columns.md.
func AppendMarkdown(dst []byte) []byte {
	dst = append(dst, markdownHead...)
	dst = appendTable(dst, "Connections (`onpath read`)", columns)
	dst = appendTable(dst, "Packets (`onpath packets`)", packetColumns)
	dst = appendTable(dst, "Findings (`-o findings`; from `id` on also in a record's `findings`)", FindingColumns())
	dst = appendTable(dst, "Occurrences (in a finding's `occurrences`)", columnsOf(occurrenceGroups()))
	return appendTable(dst, "Virtual stacks (in an occurrence's `client_stack` and `server_stack`; 0 stands for what is not known)", columnsOf(stackGroups))
}

const markdownHead = `# Columns

Generated from the tables in package record; go test ./record -update mends it.

The formats jsonl and tsv write these columns in this order. A value that is not
there is null in jsonl and empty in tsv. In jsonl uint and duration are numbers,
bool is true or false, all else is a string; a list is an array, and in tsv its
words are joined by commas; numbers are an object, and in tsv name=number joined by
commas; json is what the column says, and in tsv names joined by commas. Times are RFC 3339 in UTC with nine decimals.
`

func appendTable[R any](dst []byte, title string, columns []Column[R]) []byte {
	dst = append(dst, "\n## "+title+"\n\n| column | type | unit | meaning | source |\n|---|---|---|---|---|\n"...)
	for _, c := range columns {
		dst = append(dst, "| `"+c.Name+"` | "+c.Type.String()+" | "+c.Unit+" | "+c.Doc+" | "+c.Source+" |\n"...)
	}
	return dst
}
