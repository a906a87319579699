"""The colours of every drawn format: one accent, the rest greys, one warning tone.

A verdict is always a word too. What charts are drawn with is in `shared.series_colours`.
"""

INK = "#1B2430"
MUTED = "#5A6573"
RULE = "#D3D9E0"
SHADE = "#F4F6F8"
ACCENT = "#1F4E79"
WARNING = "#A4361E"
