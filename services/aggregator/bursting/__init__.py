"""Bursts: the slices of a run, made in the transaction of the source that makes the whole."""
