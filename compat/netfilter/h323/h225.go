package h323

// Types of H.225.0 (version 2 and later), as far as they lie before what is read. Order,
// ranges and extension marks are those of its annex H; names are shortened.

var (
	null       = &asn{kind: asnNull}
	boolean    = &asn{kind: asnBool}
	octet      = &asn{kind: asnNumber, hi: 255}
	number16   = &asn{kind: asnNumber, hi: 65535}
	positive16 = &asn{kind: asnNumber, lo: 1, hi: 65535}
	number32   = &asn{kind: asnNumber, hi: 1<<32 - 1}
	octets     = &asn{kind: asnOctets}
	octets16   = &asn{kind: asnOctets, lo: 16, hi: 16}
	octets256  = &asn{kind: asnOctets, lo: 1, hi: 256}
	object     = &asn{kind: asnObject}
	identifier = &asn{kind: asnPairs, lo: 1, hi: 128}
	seconds    = &asn{kind: asnNumber, lo: 1, hi: 1<<32 - 1}
	end        = &asn{kind: asnEnd}
)

// sequence and its like keep the tables below short. An opt member may be absent; a name
// ending in X may be extended.
func sequence(m ...member) *asn  { return &asn{kind: asnSequence, fields: m} }
func sequenceX(m ...member) *asn { return &asn{kind: asnSequence, ext: true, fields: m} }
func choiceX(m ...member) *asn   { return &asn{kind: asnChoice, ext: true, fields: m} }
func someOf(t *asn) *asn         { return &asn{kind: asnList, fields: []member{{of: t}}} }
func is(t *asn) member           { return member{of: t} }
func opt(t *asn) member          { return member{of: t, optional: true} }

// at gives a member a mark.
func (m member) at(mark Mark) member {
	m.mark = mark
	return m
}

// then gives a type its extensions.
func (t *asn) then(m ...member) *asn {
	t.more = m
	return t
}

// nulls returns n alternatives without contents.
func nulls(n int) []member {
	m := make([]member, n)
	for i := range m {
		m[i].of = null
	}
	return m
}

var (
	skipped = member{}

	h221        = sequenceX(is(octet), is(octet), is(number16))
	nonStandard = sequence(is(choiceX(is(object), is(h221))), is(octets))

	transport = choiceX(
		is(&asn{kind: asnAddress, lo: 4}),
		is(end), is(end), // source route, IPX
		is(&asn{kind: asnAddress, lo: 16, ext: true}),
		is(octets16), is(&asn{kind: asnOctets, lo: 1, hi: 20}), is(nonStandard),
	)
	transports = someOf(transport)

	alias = choiceX(
		is(&asn{kind: asnDigits, lo: 1, hi: 128}),
		is(&asn{kind: asnPairs, lo: 1, hi: 256}),
	)
	aliases = someOf(alias)

	capabilities = sequenceX(opt(nonStandard)) // of whatever kind of network
	protocols    = choiceX(is(nonStandard), is(capabilities), is(capabilities), is(capabilities), is(capabilities),
		is(capabilities), is(capabilities), is(capabilities), is(capabilities))
	vendor   = sequenceX(is(h221), opt(octets256), opt(octets256))
	endpoint = sequenceX(opt(nonStandard), opt(vendor), opt(capabilities),
		opt(sequenceX(opt(someOf(protocols)), opt(nonStandard))), // a gateway
		opt(capabilities), opt(capabilities), is(boolean), is(boolean))

	services = sequenceX(is(boolean), is(boolean), is(boolean), is(boolean), is(boolean), is(boolean), is(boolean),
		is(sequenceX(is(boolean), is(boolean))))
)

// Messages of RAS, from behind their number on.
var (
	gatekeeperConfirm = sequenceX(is(positive16), is(object), opt(nonStandard), opt(identifier),
		is(transport).at(RASAddress), is(end))
	registrationRequest = sequenceX(is(positive16), is(object), opt(nonStandard), is(boolean),
		is(transports).at(CallAddress), is(transports), is(endpoint), opt(aliases), opt(identifier), is(vendor)).
		then(skipped, is(seconds).at(timeToLive))
	registrationConfirm = sequenceX(is(positive16), is(object), opt(nonStandard), is(transports), opt(aliases),
		opt(identifier), is(identifier)).then(skipped, is(seconds).at(timeToLive))
	unregistrationRequest = sequenceX(is(positive16), is(transports), opt(aliases), opt(nonStandard), opt(identifier))
	admissionConfirm      = sequenceX(is(positive16), is(number32), is(choiceX(nulls(2)...)),
		is(transport).at(CallAddress), is(end), opt(end), opt(end))
	locationConfirm = sequenceX(is(positive16), is(transport).at(CallAddress), is(transport), is(end), opt(end))
)

// userInformation is what a Q.931 message carries (its User-user element).
var (
	fastStart = someOf(octets)

	setup = sequenceX(is(object), opt(transport).at(ControlAddress), opt(aliases), is(endpoint), opt(aliases), opt(transport),
		opt(aliases), opt(someOf(number16)), is(boolean), is(octets16), is(choiceX(nulls(3)...)), opt(services),
		is(choiceX(nulls(4)...))).
		then(skipped, skipped, skipped, skipped, skipped, skipped, is(fastStart).at(fastStarted))
	// The answers: an H.245 address before or behind who answers.
	answered = sequenceX(is(object), is(endpoint), opt(transport).at(ControlAddress)).
			then(skipped, skipped, skipped, skipped, is(fastStart).at(fastStarted))
	connected = sequenceX(is(object), opt(transport).at(ControlAddress), is(endpoint), is(octets16)).
			then(skipped, skipped, skipped, skipped, is(fastStart).at(fastStarted))
	information = sequenceX(is(object))
	released    = sequenceX(is(object), opt(choiceX(nulls(12)...)))
	facility    = sequenceX(is(object), opt(transport).at(Forwarded), opt(aliases), opt(octets16), is(choiceX(nulls(4)...)).at(reason)).
			then(skipped, skipped, skipped, skipped, skipped, skipped, is(transport).at(ControlAddress), is(fastStart).at(fastStarted))
	progress = sequenceX(is(object), is(endpoint), opt(transport).at(ControlAddress), is(end), opt(end), opt(end), opt(end), opt(end))

	body = choiceX(is(setup), is(answered), is(connected), is(answered), is(information), is(released), is(facility)).
		then(is(progress))
	userInformation = sequenceX(is(sequenceX(is(body), opt(nonStandard)).
			then(skipped, skipped, is(someOf(octets)).at(tunnelled))), opt(end))
)

// ras are the messages that tell something, by their number.
var ras = [...]*asn{
	GatekeeperConfirm: gatekeeperConfirm, RegistrationRequest: registrationRequest,
	RegistrationConfirm: registrationConfirm, UnregistrationRequest: unregistrationRequest,
	AdmissionConfirm: admissionConfirm, LocationConfirm: locationConfirm,
}
