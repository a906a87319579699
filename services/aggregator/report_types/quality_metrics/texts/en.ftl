title = Quality metrics

# Headlines. `$checks` were made, `$before-checks` in the period before.
no-check = No automatic check was made { $running ->
    [yes] so far
   *[no] in this period
}
headline-none-not-covered = { no-check }{ not-covered }.
headline-none = { no-check }; { the-days-before } had { $number ->
    [0] none
   *[other] { $number }
}.
the-days-before = { $days ->
    [one] the day before
   *[other] the { $days } days before
}
passed = { $share } of { $checks ->
    [one] { $checks } automatic check
   *[other] { $checks } automatic checks
} passed{ $running ->
    [yes] { " " }so far
   *[no] { "" }
}
headline-not-covered = { passed }{ not-covered }.
headline-none-to-compare = { passed }; { the-days-before } had none to compare with.
headline-not-clear = { passed }, which cannot be told from the { $before } of { $number } { days-before }: the 95% interval of the difference is { $interval } points.
headline-clear = { passed }, { $points } points { $moved ->
    [up] above
   *[down] below
} the { $before } { days-before } (95% interval { $interval }).
headline-not-begun = The period has not begun, so nothing was checked in it.

# Other sentences of the summary.
repeats = Each first attempt was followed by { $repeats } repeats on average.
repeats-compared = Each first attempt was followed by { $repeats } repeats on average, after { $before } in the period before.
commonest = The commonest failure was { $failure }: { $count } of { $failed ->
    [one] { $failed } failed check
   *[other] { $failed } failed checks
} ({ $share }).
largest-movement = The largest movement was { $failure }, which { moved-from-to } of the checks.
moved-from-to = { $moved ->
    [up] rose
   *[down] fell
} from { $before } to { $after }
no-movement = No failure became clearly more or less frequent than in the period before.
outlier = Of the { $dimension ->
    [scene_type] scene types
    [resolution_tier] resolution tiers
   *[project] projects
} { $name } passes least often: { $share } of { $checks ->
    [one] { $checks } check
   *[other] { $checks } checks
}, against { $others } of the others.
more-changes = The table of workflow changes has all { $count }.
change-unknown = Of “{ $change }” ({ $on }) nothing can be said: { $before ->
    [0] no checks
    [one] { $before } check
   *[other] { $before } checks
} before it and { $after ->
    [0] no checks
    [one] { $after } check
   *[other] { $after } checks
} after it.
change-not-clear = The change “{ $change }” ({ $on }) made no clear difference: { $before-share } of { $before ->
    [one] { $before } check
   *[other] { $before } checks
} passed before it and { $after-share } of { $after } after, 95% interval { $interval } points{ $found ->
    [yes] ; but { $failures }
   *[no] { "" }
}.
change-clear = After “{ $change }” ({ $on }) the pass rate { $moved ->
    [up] rose
   *[down] fell
} from { $before-share } of { $before ->
    [one] { $before } check
   *[other] { $before } checks
} to { $after-share } of { $after }: { $points } points, 95% interval { $interval }{ $found ->
    [yes] ; { $failures }
   *[no] { "" }
}.
failure-moved = { $failure } { moved-from-to }
none = none
interval = { $low } to { $high }
reading = { $reading ->
    [better] better
    [worse] worse
    [unclear] unclear
   *[no-comparison] no comparison
}

# Notes.
note-counting = A check counts once, when it was made, by the clocks of { $zone }.
note-repeats = A repeat is an attempt after a failed one or a check that did not pass, as the source numbers them; attempts count when they end.
note-intervals = Intervals are those of Newcombe (1998) for the difference of two shares, at 95% for a figure by itself and for all lines of a table's kind together. They take checks for independent of each other. Only where an interval leaves out zero is a difference called better or worse; even then something else of those weeks may be its cause.
note-around = Around a workflow change the checks of up to { $days } days before it are set beside those of up to { $days } days after, but never past another change or the as-of time; so they may lie outside the period.
note-changes-left-out = Of { $all } workflow changes the latest { $most } are compared.
note-failed = In no pass rate, for there was no result to check: { $count ->
    [one] { $count } failed job
   *[other] { $count } failed jobs
}.
note-cancelled = Not counted as attempts, because cancelled before they began: { $count ->
    [one] { $count } job
   *[other] { $count } jobs
}.
note-commonest = The chart of failures draws the { $most } commonest of { $found }; its table has all.

# Key figures.
pass-rate = Pass rate
kpi-first = Passed at first attempt
mean-retries = Mean retries
kpi-checks = Automatic checks

# Sections.
section-over-time = Pass rate over time
nothing-to-draw = No checks to draw.
section-failures = Failures
no-check-failed = No check failed.
section-changes = Before and after workflow changes
no-change = No workflow change in the period or near it.
section-by = Pass rate by scene type, resolution tier and project
rates-title = Checks passed per { grain }, in percent
rates-words = A line, one point per { grain } of { $period }: the share of checks that passed, { $share } over the whole period.{ $marked ->
    [yes] { " " }Upright rules mark the workflow changes of the period.
   *[no] { "" }
}
rates-value = Passed (%)
rule-is = { $number } is “{ $change }”
rules = { $count ->
    [one] The upright rule marks a workflow change
   *[other] Upright rules mark workflow changes
}: { $changes }.
failures-title = Failures per 100 checks and { grain }
failures-words = Lines, one point per { grain } of { $period }: how many of 100 checks found { $failures }. The commonest, { $commonest }, was found by { $share } of all checks.
failures-value = Of 100 checks
column-points = Points
column-from = 95% from
column-to = to
column-reading = Reading
column-checks = Checks
column-passed = Passed
column-first = First attempts
column-repeats = Repeats
column-failure = Failure
column-of-failures = Of failures
column-of-checks = Of checks
column-number = No.
column-measure = Measure
column-workflow-change = Change
column-changed = Changed
column-compared-from = Compared from
column-compared-until = Compared until
column-checks-before = Checks before
column-before = Before
column-checks-after = Checks after
column-after = After
column-rate-before = Rate before
table-over-time = Checks and repeats by { grain }
table-failures = What checks found, the commonest first
all-failures = All failures
table-changes = Workflow changes, by the numbers in the charts
table-around = Checks before and after each change
table-by = Pass rate by { dimension }
all-of = { $dimension ->
    [scene_type] All scene types
    [resolution_tier] All tiers
   *[project] All projects
}
