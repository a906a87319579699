"""The colours of a chart's series, in order: one set for every format that draws charts.

Any two are told apart with any colour vision (CIE76 of 19 at the least, with full protanopia,
deuteranopia and tritanopia too), and neighbours differ in lightness, so that a print in greys
stays readable.
"""

SERIES = (
    "#1F4E79", "#D98E32", "#3F8F6B", "#56B4E9", "#8A5A1E", "#A3C586", "#3A3F47", "#B07AA1",
)  # fmt: skip
OTHERS = "#9A9A9A"
"""Of what is drawn as one because there are too many."""
