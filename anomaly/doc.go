// Package anomaly is the catalogue of what can be strange about TCP: one table,
// whose rows carry name, severity, condition, source and what makes each of them
// false. Help, JSON names, metric labels and docs/anomalies.md are read from it.
//
// It names anomalies and knows their order; it detects none, looks at no packet
// and holds no finding. A name is public and forever, the number of an ID private:
// never write one where another version may read it.
package anomaly
