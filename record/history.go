package record

import "onpath/measure"

// History is the story of a connection in Zeek's letters; measure writes it.
type History = measure.History
