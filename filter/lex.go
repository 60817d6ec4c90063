package filter

import (
	"strings"
	"unicode/utf8"
)

// token is a word or a sign of the text.
type token struct {
	text   string
	at     int  // octets from the beginning
	word   bool // letters, digits, and what stands between them: no sign
	quoted bool // behind a backslash: a name, even where it is a keyword too
}

// signs are what is no word, the longer ones first.
var signs = [...]string{
	"&&", "||", "<<", ">>", "<=", ">=", "==", "!=",
	"(", ")", "[", "]", ":", "+", "-", "*", "/", "%", "&", "|", "^", "<", ">", "=", "!",
}

// Bounds on what a person would write.
const (
	maxText  = 1 << 16 // octets
	maxDepth = 100     // parentheses, nots and signs in one another
)

// lex cuts the text into tokens.
func lex(text string) ([]token, error) {
	var list []token
	for at := 0; at < len(text); {
		if c := text[at]; c == ' ' || c >= '\t' && c <= '\r' {
			at++
			continue
		}
		t := cut(text, at)
		if t.text == "" {
			_, n := utf8.DecodeRuneInString(text[at:])
			return nil, &Error{text, text[at : at+n], at, "no filter has this character"}
		}
		list = append(list, t)
		at = t.at + len(t.text)
	}
	return list, nil
}

// cut returns the token at an offset; its text is empty if there is none.
func cut(text string, at int) token {
	if text[at] == '\\' {
		return token{text: text[at+1 : at+1+wordLen(text[at+1:])], at: at + 1, word: true, quoted: true}
	}
	if n := wordLen(text[at:]); n > 0 {
		return token{text: text[at : at+n], at: at, word: true}
	}
	for _, s := range signs {
		if strings.HasPrefix(text[at:], s) {
			return token{text: s, at: at}
		}
	}
	return token{}
}

// wordLen returns how many octets a word at the beginning of s has. A colon is part of
// addresses alone: of those with two of them, as an index has but one.
func wordLen(s string) int {
	if n := addressLen(s); n > 0 {
		return n
	}
	n := 0
	for n < len(s) && (isAlnum(s[n]) || n > 0 && strings.IndexByte("._-", s[n]) >= 0) {
		n++
	}
	return n
}

// addressLen returns how many octets an address with colons has that s begins with: 0
// if it begins with none.
func addressLen(s string) int {
	n, colons := 0, 0
	for n < len(s) && (isHex(s[n]) || s[n] == ':' || s[n] == '.') {
		if s[n] == ':' {
			colons++
		}
		n++
	}
	if colons < 2 || n < len(s) && isAlnum(s[n]) {
		return 0
	}
	return n
}

func isHex(c byte) bool   { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }
func isAlnum(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' }
