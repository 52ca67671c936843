"""A real process that is killed in the middle of everything, and the proof that nothing was lost or done twice."""
