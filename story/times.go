package story

import (
	"fmt"

	"onpath/record"
	"onpath/tcp"
)

// times says how long the connection made its ends wait.
func times(r *record.Record) (list []Pair) {
	add := func(name, value string) {
		if value != "" {
			list = append(list, Pair{name, value})
		}
	}
	add("handshake", handshake(r))
	for end := range r.Side {
		who := tcp.Dir(end).String()
		add("round trip to the "+who, roundTrips(r, who))
	}
	add("first octet of the client", after(column(r, "first_octet_client")))
	add("first octet of the server", after(column(r, "first_octet_server")))
	add("responses of the server", responses(r))
	add("longest silence", silence(r))
	return list
}

// handshake gives the whole round trip and both halves of it.
func handshake(r *record.Record) string {
	client, server := column(r, "rtt_handshake_client"), column(r, "rtt_handshake_server")
	switch {
	case client != "" && server != "":
		return fmt.Sprintf("%s: %s from here to the server and back, %s to the client", column(r, "rtt_handshake"), server, client)
	case server != "":
		return server + " from here to the server and back"
	case client != "":
		return client + " from here to the client and back"
	}
	return ""
}

func roundTrips(r *record.Record, end string) string {
	n, smoothed := column(r, "rtt_"+end+"_samples"), column(r, "srtt_"+end)
	value := func(name string) string { return column(r, "rtt_"+end+"_"+name) }
	switch n {
	case "", "0":
		return ""
	case "1":
		return fmt.Sprintf("%s; smoothed %s; one sample", value("min"), smoothed)
	}
	return fmt.Sprintf("%s at best, %s on average, %s at worst; smoothed %s; %s samples", value("min"), value("mean"), value("max"), smoothed, n)
}

func after(span string) string {
	if span == "" {
		return ""
	}
	return span + " after the handshake"
}

func responses(r *record.Record) string {
	n := column(r, "responses")
	switch n {
	case "", "0":
		return ""
	case "1":
		return "one, after " + column(r, "response_first")
	}
	return fmt.Sprintf("%s; the first after %s, %s on average, the slowest after %s", n, column(r, "response_first"), column(r, "response_mean"), column(r, "response_max"))
}

// silences say what a silence waited for; %s is who.
var silences = map[string]string{
	"sender":          "the %s had nothing to send, as far as can be seen",
	"receiver-window": "the %s's receive window was closed or full",
	"network":         "what the %s had sent was sent again: it was lost, or its ACK was",
	"round-trip":      "octets were under way to the %s, and its answer back",
}

// silence gives the longest one, and what it waited for.
func silence(r *record.Record) string {
	span, cause := column(r, "silence_longest"), column(r, "silence_cause")
	if span == "" {
		return ""
	}
	if says := silences[cause]; says != "" {
		span += ": " + fmt.Sprintf(says, column(r, "silence_by"))
	}
	return span
}
