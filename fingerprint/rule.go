package fingerprint

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// parseRule reads VER:TTL:OLEN:MSS:WSIZE,SCALE:LAYOUT:QUIRKS:PCLASS.
func parseRule(text string) (r rule, l Layout, err error) {
	f := strings.Split(text, ":")
	if len(f) != 8 {
		return r, l, fmt.Errorf("it has %d fields; want VER:TTL:OLEN:MSS:WSIZE,SCALE:LAYOUT:QUIRKS:PCLASS", len(f))
	}
	var errs [8]error
	r.version, errs[0] = choice("version", f[0], map[string]int{"4": 4, "6": 6, "*": anything})
	errs[1] = r.parseTTL(f[1])
	r.optLen, errs[2] = number("length of IP options", f[2], 0, 255)
	r.mss, errs[3] = numberOrAny("MSS", f[3], 1<<16-1)
	errs[4] = r.parseWindow(f[4])
	l, errs[5] = parseLayout(f[5])
	r.quirks, errs[6] = parseQuirks(f[6], r.version)
	r.payload, errs[7] = choice("payload class", f[7], map[string]int{"0": 0, "+": 1, "*": anything})
	for _, err := range errs {
		if err != nil {
			return r, l, err
		}
	}
	return r, l, nil
}

// choice reads one of few words.
func choice(what, text string, values map[string]int) (int, error) {
	v, ok := values[text]
	if !ok {
		words := make([]string, 0, len(values))
		for w := range values {
			words = append(words, w)
		}
		slices.Sort(words)
		return 0, fmt.Errorf("the %s is %q; want one of %s", what, text, strings.Join(words, " "))
	}
	return v, nil
}

func numberOrAny(what, text string, most int) (int, error) {
	if text == "*" {
		return anything, nil
	}
	return number(what, text, 0, most)
}

// parseTTL reads an initial TTL, the highest of random ones with - behind it, or as
// p0f prints what it saw: TTL+HOPS.
func (r *rule) parseTTL(text string) (err error) {
	text, r.random = strings.CutSuffix(text, "-")
	seen, before, sum := strings.Cut(text, "+")
	n, err := number("initial TTL", seen, 1, 255)
	if err == nil && sum {
		hops := 0
		hops, err = number("distance behind +", before, 0, 255-n)
		n += hops
	}
	r.ttl = uint8(n)
	return err
}

// parseWindow reads WSIZE,SCALE.
func (r *rule) parseWindow(text string) error {
	size, scale, ok := strings.Cut(text, ",")
	if !ok {
		return fmt.Errorf("the window is %q; want WSIZE,SCALE", text)
	}
	var err error
	if r.scale, err = numberOrAny("window scale", scale, 255); err != nil {
		return err
	}
	if size == "*" {
		r.kind = windowAny
		return nil
	}
	least := 0
	for kind, prefix := range windowPrefix {
		if rest, ok := strings.CutPrefix(size, prefix); ok && prefix != "" {
			r.kind, size, least = windowKind(kind), rest, 1
		}
	}
	n, err := number("window", size, least, 1<<16-1)
	r.window = uint16(n)
	return err
}

// parseLayout reads the order of options.
func parseLayout(text string) (l Layout, err error) {
	if text == "" {
		return l, nil
	}
	words := strings.Split(text, ",")
	if len(words) > maxOptions {
		return l, fmt.Errorf("it has %d options; p0f keeps %d", len(words), maxOptions)
	}
	for i, word := range words {
		if pad, ok := strings.CutPrefix(word, "eol+"); ok {
			n, err := number("padding behind eol+", pad, 0, 40)
			if i < len(words)-1 {
				err = errors.New("eol must be the last option")
			}
			l.Pad = uint8(n)
			if err != nil {
				return l, err
			}
		}
		if l.Kinds[i], err = parseKind(word); err != nil {
			return l, err
		}
	}
	l.Len = uint8(len(words))
	return l, nil
}

func parseKind(word string) (uint8, error) {
	if n, ok := strings.CutPrefix(word, "?"); ok {
		kind, err := number("option behind ?", n, 0, 255)
		return uint8(kind), err
	}
	if strings.HasPrefix(word, "eol+") {
		return kindEOL, nil
	}
	kind := slices.Index(optionNames[:], word)
	if kind <= kindEOL || word == "" {
		return 0, fmt.Errorf("%q is no option; want mss, ws, sok, sack, ts, nop, eol+N or ?N", word)
	}
	return uint8(kind), nil
}

// parseQuirks reads quirks, which must be of the version of IP.
func parseQuirks(text string, version int) (q Quirks, err error) {
	if text == "" {
		return 0, nil
	}
	for _, word := range strings.Split(text, ",") {
		i := slices.Index(quirkNames[:], word)
		if i < 0 {
			return q, fmt.Errorf("%q is no quirk; want some of %s", word, strings.Join(quirkNames[:], " "))
		}
		q |= 1 << i
	}
	if version == 6 && q&only4 != 0 || version == 4 && q&only6 != 0 {
		return q, fmt.Errorf("quirks %q are not all of IPv%d", text, version)
	}
	return q, nil
}
