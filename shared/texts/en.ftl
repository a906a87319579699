# Patterns of days, in the letters of the CLDR (UTS 35, part 4).
pattern-day = d MMMM y
pattern-short-day = d MMM y
pattern-month = MMMM y
pattern-short-month = MMM
# What stands before the dash in "1–4 October 2026" and in "28 September – 3 October 2026".
pattern-day-of-month = d
pattern-day-of-year = d MMMM

# Ends of lists.
list-and = { $names } and { $last }
list-or = { $names } or { $last }
more = { $count } more

# Codes of sources that do not read as they are spelled. Others have their underscores replaced.
code-close_up = close-up
code-sd = SD
code-hd = HD
code-uhd = UHD
code-gpu = GPU
