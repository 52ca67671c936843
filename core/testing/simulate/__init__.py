"""The simulation: a town in which anything may happen, from one seed, until something does not hold."""
