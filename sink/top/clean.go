package top

import "strings"

// symbols are the only characters outside ASCII that get to a screen, and what stands
// for them where it has no UTF-8.
var symbols = map[rune]byte{'→': '>', '←': '<', '…': '~', 'µ': 'u', '─': '-', '│': '|', '·': '-'}

// clean returns text as one line that takes as many columns as it has characters: what
// is not printable or not known to be that narrow becomes a question mark.
func clean(text string, ascii bool) string {
	return strings.Map(func(r rune) rune {
		plain, known := symbols[r]
		switch {
		case r >= ' ' && r <= '~':
			return r
		case known && ascii:
			return rune(plain)
		case known:
			return r
		}
		return '?'
	}, text)
}

// fit returns text in exactly width characters; what is cut ends with a mark. Numbers
// stand at the right edge.
func fit(text string, width int, right bool) string {
	chars := []rune(text)
	switch n := len(chars); {
	case width <= 0:
		return ""
	case n > width:
		return string(chars[:width-1]) + "…"
	case right:
		return strings.Repeat(" ", width-n) + text
	default:
		return text + strings.Repeat(" ", width-n)
	}
}

// shorten cuts an address with its port to width characters: their end tells hosts of one
// network apart.
func shorten(end string, width int) string {
	chars := []rune(end)
	if len(chars) <= width {
		return end
	}
	return "…" + string(chars[len(chars)-width+1:])
}

// wrap breaks a line at blanks so that no part is wider than width; the parts behind the
// first are indented. A word that is wider is cut.
func wrap(line string, width int) (parts []string) {
	const indent = "    "
	chars := []rune(line)
	for len(chars) > width {
		at := width
		for at > len(indent) && chars[at] != ' ' {
			at--
		}
		if at == len(indent) {
			at = width
		}
		parts = append(parts, string(chars[:at]))
		chars = []rune(indent + strings.TrimLeft(string(chars[at:]), " "))
		if width <= len(indent)+1 { // there is no room for more
			return parts
		}
	}
	return append(parts, string(chars))
}
