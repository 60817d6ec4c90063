package h323

// Types of H.245, as far as they lie before what is read of OpenLogicalChannel and its
// acknowledgement. Order, ranges and extension marks are those of its annex A.

var (
	number256 = &asn{kind: asnNumber, lo: 1, hi: 256}

	unicast = choiceX(
		is(&asn{kind: asnAddress, lo: 4, ext: true}),
		is(end), // IPX
		is(&asn{kind: asnAddress, lo: 16, ext: true}),
		is(octets16), is(end), // source route
	)
	channelAddress = choiceX(is(unicast), is(end)) // or multicast

	// As in H.225.0, but the identifier is no extensible choice.
	nonStandard245 = sequence(is(&asn{kind: asnChoice, fields: []member{
		is(object), is(sequence(is(octet), is(octet), is(number16)))}}), is(octets))

	audio = choiceX(is(nonStandard245), is(number256), is(number256), is(number256), is(number256), is(number256),
		is(number256), is(number256), is(sequence(is(number256), is(boolean))), is(number256), is(number256), is(number256),
		is(end), is(end)) // MPEG
	small4  = &asn{kind: asnNumber, lo: 1, hi: 4}
	small32 = &asn{kind: asnNumber, lo: 1, hi: 32}
	h261    = sequenceX(opt(small4), opt(small4), is(boolean), is(&asn{kind: asnNumber, lo: 1, hi: 19200}), is(boolean))
	h263    = sequenceX(opt(small32), opt(small32), opt(small32), opt(small32), opt(small32),
		is(&asn{kind: asnNumber, lo: 1, hi: 192400}), is(boolean), is(boolean), is(boolean), is(boolean), is(boolean),
		opt(&asn{kind: asnNumber, hi: 524287}), opt(number16))
	video = choiceX(is(nonStandard245), is(h261), is(end), is(h263), is(end)) // MPEG

	dataProtocol = choiceX(append([]member{is(nonStandard245)}, nulls(6)...)...)
	application  = choiceX(is(nonStandard245), is(dataProtocol).at(protocol), is(dataProtocol), is(dataProtocol), is(end),
		is(dataProtocol), is(dataProtocol), is(end), is(null), is(dataProtocol))
	dataType = choiceX(is(nonStandard245), is(null), is(video), is(audio),
		is(sequenceX(is(application), is(number32))), is(choiceX(is(nonStandard245), is(null))))

	channelParameters = sequenceX(opt(someOf(nonStandard245)), is(octet), opt(&asn{kind: asnNumber, lo: 1, hi: 255}),
		opt(channelAddress).at(Media), opt(boolean), opt(channelAddress).at(MediaControl),
		opt(end), opt(end), opt(end), opt(end), opt(end), is(end))
	channelAck = sequenceX(opt(someOf(nonStandard245)), opt(&asn{kind: asnNumber, lo: 1, hi: 255}),
		opt(channelAddress).at(Media), opt(channelAddress).at(MediaControl), opt(end), is(end))

	// Of the multiplex parameters only those for packet networks, an extension, are read.
	forwardChannel = sequenceX(opt(number16), is(dataType), is(choiceX(is(end), is(end), is(end)).then(is(channelParameters))))
	reverseChannel = sequenceX(is(dataType), opt(choiceX(is(end), is(end)).then(is(channelParameters))))
	ackedReverse   = sequenceX(is(positive16), opt(number16), opt(choiceX(is(end)).then(is(channelParameters))))

	// separateStack tells where a T.120 data channel is.
	separateStack = sequenceX(opt(end), is(choiceX(is(end), is(end), is(channelAddress))), is(end), opt(end))

	openChannel    = sequenceX(is(positive16), is(forwardChannel), opt(reverseChannel)).then(is(separateStack).at(Data))
	openChannelAck = sequenceX(is(positive16), opt(ackedReverse)).then(is(separateStack).at(acked), is(choiceX(is(channelAck))))

	controlMessage = choiceX(
		is(choiceX(alternatives(11, 3, openChannel)...)),
		is(choiceX(alternatives(19, 5, openChannelAck)...)),
		is(end), is(end),
	)
)

// separateLANStack is that extension of the protocols of data.
const separateLANStack = 3

// alternatives returns n of them, of which only one is read.
func alternatives(n, only int, t *asn) []member {
	m := make([]member, n)
	for i := range m {
		m[i].of = end
	}
	m[only].of = t
	return m
}
