"""Roll-ups of a source: sums by UTC day and by quarter of an hour, kept in the source's database.

`layout` says what is kept, `rolling` brings it up to date as the source's writer, `keeper` does so
from time to time, and `coverage` says which part of a report's time may be read from it.
"""
