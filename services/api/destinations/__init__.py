"""Destinations: bodies, checks, steps in the store."""
