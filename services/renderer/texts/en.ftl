# About the report as a whole.
summary = Executive summary
key-figures = Key figures
notes = Notes
contents = Contents
skip = Skip to the report
compared-with = Compared with { $period }
days-in = days in { $zone }
as-of = Data as of { $at }
generated = Generated { $at }
as-of-and-generated = Data as of { $data }, generated { $made }.
compared = Compared with { $period }.
snapshot = Snapshot { $id }
# `$pages` stands last: in a PDF it is filled in when all else is drawn.
page-of-pages = Page { $page } of { $pages }
nothing-to-report = There is nothing to report for this period.
nothing-to-show = Nothing to show for this period.
no-rows = No rows in this period.
missing-letters = Printed as { $mark }, because no font here has them: { $characters }.
missing-letters-more = Printed as { $mark }, because no font here has them: { $characters } and { $more } more.

# Tables.
rows = { $count ->
    [one] { $count } row
   *[other] { $count } rows
}
cut = first { $count } of { $all } rows
cut-sentence = First { $count } of { $all } rows.
truth = { $truth ->
    [yes] yes
   *[no] no
}

# Key figures.
verdict = { $verdict ->
    [good] good
   *[bad] bad
}
no-earlier-figure = no earlier figure
was = was { $figure }
no-comparison = no comparison
unchanged = unchanged
direction = { $direction ->
    [up] up
   *[down] down
}
change-percent = { $amount } { direction }
change-points = { $amount } points { direction }
less-than = less than { $amount }

# The mail alone.
corrected-subject = Corrected: { $subject }
files-too-large = The files are too large for a mail. Fetch them here:

# The workbook alone.
sheet-summary = Summary
sheet-chart-data = Chart data
column-figure = Figure
column-this-period = This period
column-previous-period = Previous period
column-change = Change
column-direction = Direction
column-verdict = Verdict
sheets = Sheets
column-sheet = Sheet
column-table = Table
column-rows = Rows
rows-from-to = { $first } to { $last } of { $rows }
unnamed-table = Table
# Number formats of cells (ECMA-376 part 1, 18.8.31): the program that shows them has its own marks.
date-format = d mmm yyyy
instant-format = yyyy-mm-dd hh:mm:ss
truth-format = "TRUE";"TRUE";"FALSE"
points-unit = points
chart-not-drawable = The chart '{ $chart }' has no form that a spreadsheet draws: see the PDF or the HTML page.
chart-empty = The chart '{ $chart }' is empty.
chart-without-marks = Rules and labels drawn over '{ $chart }' are in the PDF and the HTML page alone.
sheet-rows = Rows { $first } to { $last } of { $all }: a sheet holds no more.
sheet-continues = Continues on the sheet '{ $sheet }'.
remark-digits = { $count ->
    [one] { $count } figure has more than 15 digits, which a spreadsheet cannot hold: it is a text.
   *[other] { $count } figures have more than 15 digits, which a spreadsheet cannot hold: they are texts.
}
remark-kind = { $count ->
    [one] { $count } cell is a text because it is not what its column holds.
   *[other] { $count } cells are texts because they are not what their column holds.
}
remark-early = { $count ->
    [one] { $count } day before March 1900 is a text.
   *[other] { $count } days before March 1900 are texts.
}
remark-rounded = { $count ->
    [one] { $count } time is rounded to the millisecond.
   *[other] { $count } times are rounded to the millisecond.
}
remark-twice = { $count ->
    [one] { $count } time lies in an hour that the clocks went through twice: CSV has its offset.
   *[other] { $count } times lie in an hour that the clocks went through twice: CSV has their offsets.
}
remark-cut = { $count ->
    [one] { $count } text is longer than a cell may be and ends in an ellipsis.
   *[other] { $count } texts are longer than a cell may be and end in an ellipsis.
}

# What lies beside data files in a zip.
no-tables = This report has no tables.
