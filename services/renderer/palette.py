"""The colours of every drawn format: one accent, the rest greys, one warning tone.

Chosen so that neighbours differ in lightness as well as in hue: a print in greys and a reader
without colour vision tell them apart. A verdict is always a word too.
"""

INK = "#1B2430"
MUTED = "#5A6573"
RULE = "#D3D9E0"
SHADE = "#F4F6F8"
ACCENT = "#1F4E79"
WARNING = "#A4361E"
SERIES = ("#1F4E79", "#E0A050", "#4F8A6B", "#7FB0D8", "#8A5A1E", "#C9D3DD", "#3A3F47", "#9A8BB8")
"""Of the series of a chart, in order."""
