package tcpdump

import (
	"html"
	"strings"
)

// tags are HTML elements in which pages put lines, or words of them; what else stands
// in angle brackets may be TCP options.
var tags = map[string]bool{
	"a": true, "b": true, "blockquote": true, "br": true, "code": true, "div": true, "em": true, "font": true, "i": true, "kbd": true, "li": true,
	"p": true, "pre": true, "samp": true, "span": true, "strong": true, "td": true, "tr": true, "tt": true, "u": true, "ul": true,
}

// untagged leaves out HTML tags.
func untagged(s string) string {
	var b strings.Builder
	for {
		before, after, more := strings.Cut(s, "<")
		b.WriteString(before)
		if !more {
			return b.String()
		}
		tag, _, closed := strings.Cut(after[:min(len(after), maxTag)], ">")
		name, _, _ := strings.Cut(strings.Trim(tag, "/"), " ")
		if closed && tags[strings.ToLower(name)] {
			s = after[len(tag)+1:]
			continue
		}
		b.WriteByte('<')
		s = after
	}
}

// maxTag is how long a tag is at most, in octets, with its attributes.
const maxTag = 200

// markdown undoes what Markdown does: marks of bold words, and backslashes before what
// would be marks.
var markdown = strings.NewReplacer("**", "", `\[`, "[", `\]`, "]", `\>`, ">", `\<`, "<", `\*`, "*", `\_`, "_", `\.`, ".", `\-`, "-")

// plain leaves out what terminals take for commands: colours and titles (ECMA-48
// §8.3.16 CSI, §8.3.89 OSC). Spaces of web pages that no line may be cut at are spaces.
func plain(s string) string {
	if strings.IndexByte(s, escape) >= 0 {
		s = unescaped(s)
	}
	return strings.ReplaceAll(s, "\u00a0", " ")
}

const escape = '\x1b'

// unescaped leaves out the commands that begin with an escape.
func unescaped(s string) string {
	var b strings.Builder
	for {
		before, after, more := strings.Cut(s, string(rune(escape)))
		b.WriteString(before)
		if !more {
			return b.String()
		}
		s = after[command(after):]
	}
}

// command returns how long a command is, behind its escape.
func command(s string) int {
	switch {
	case s == "":
		return 0
	case s[0] == '[':
		if end := strings.IndexFunc(s[1:], func(r rune) bool { return r >= '@' && r <= '~' }); end >= 0 {
			return end + 2
		}
	case s[0] == ']':
		if end := strings.IndexByte(s, '\a'); end >= 0 {
			return end + 1
		}
	case s[0] == '(': // a character set follows
		return min(2, len(s))
	}
	return 1
}

// unescape undoes what web pages do to a line.
func unescape(s string) string {
	if strings.IndexByte(s, '&') >= 0 {
		s = plain(html.UnescapeString(s))
	}
	if strings.IndexByte(s, '<') >= 0 {
		s = untagged(s)
	}
	if strings.IndexByte(s, '\\') >= 0 || strings.Contains(s, "**") {
		s = markdown.Replace(s)
	}
	return s
}

// maxDress is how many pieces of dress stand before a line at most.
const maxDress = 12

// undress takes from a line what mails, articles and terminals put before it:
// quoting, bullets, line numbers, prompts. number is how many octets that was.
// It goes on to the first word that can begin a packet, and reports whether
// there is one.
func undress(s string) (number int, t stamp, rest string, ok bool) {
	at := 0
	for range maxDress {
		for at < len(s) && (s[at] == ' ' || s[at] == '\t') {
			at++
		}
		if t, rest, ok := cutStamp(s[at:]); ok && (t.kind != delta || begins(rest)) {
			return at, t, strings.TrimLeft(rest, " "), true
		}
		if begins(s[at:]) {
			return at, stamp{}, s[at:], true
		}
		n := dress(s[at:])
		if n == 0 {
			return at, stamp{}, s[at:], false
		}
		at += n
	}
	return at, stamp{}, s[at:], false
}

// begins reports whether s begins as tcpdump's lines do behind the time.
func begins(s string) bool {
	s = strings.TrimLeft(s, " ")
	if strings.HasPrefix(s, "IP ") || strings.HasPrefix(s, "IP6 ") {
		return true
	}
	word, rest, _ := strings.Cut(s, " ")
	if _, ok := mac(word); ok {
		return strings.HasPrefix(rest, "> ") || strings.Contains(rest, "ethertype ")
	}
	if !strings.HasPrefix(rest, "> ") && !strings.HasPrefix(rest, "&") {
		return false
	}
	return strings.IndexByte(word, '.') > 0 && isEndpoint(word)
}

// dress returns the octets of one piece of dress at the beginning of s: marks, or a
// number.
func dress(s string) int {
	const marks = ">|*#$%`-+[]():.•·"
	n := strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune(marks, r) })
	switch {
	case n < 0:
		return len(s)
	case n > 0:
		return n
	}
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	if n > 9 || n < len(s) && s[n] != ' ' && s[n] != '\t' && strings.IndexByte(marks, s[n]) < 0 {
		return 0
	}
	return n
}

// bare returns a line that continues another, without the quoting that stood
// before that one too.
func bare(s, dress string) string {
	s = strings.TrimLeft(s, " \t")
	if quoting := strings.TrimRight(dress, " \t"); quoting != "" && strings.Trim(quoting, ">| ") == "" {
		s = strings.TrimLeft(strings.TrimPrefix(s, quoting), " \t")
	}
	return s
}

// split cuts a line where a packet begins in its middle, as in pages that have
// lost the ends of their lines: at the time of a day with a fraction, and behind
// it what a packet begins with.
func split(parts []string, s string) []string {
	begin := 0
	for i := 1; i+15 < len(s); i++ {
		if s[i-1] != ' ' || s[i] < '0' || s[i] > '9' || s[i+2] != ':' || s[i+5] != ':' || s[i+8] != '.' {
			continue
		}
		if t, rest, ok := cutStamp(s[i:]); ok && t.kind == ofDay && begins(rest) && !dressed(s[begin:i]) {
			parts, begin = append(parts, s[begin:i]), i
		}
	}
	return append(parts, s[begin:])
}

// dressed reports whether s may stand before a packet: dress, or a date.
func dressed(s string) bool {
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimLeft(s, " ") {
		if _, ok := monthDay(s); ok {
			s = s[len("Feb 26"):]
			continue
		}
		word, rest, _ := strings.Cut(s, " ")
		if _, ok := date(word); ok {
			s = rest
			continue
		}
		n := dress(s)
		if n == 0 {
			return false
		}
		s = s[n:]
	}
	return true
}
