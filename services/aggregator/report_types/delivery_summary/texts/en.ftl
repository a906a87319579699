title = Delivery summary

# Headlines. `$previous` is of the period before.
delivered = { $characters ->
    [one] { $characters } character
   *[other] { $characters } characters
} { $running ->
    [yes] { $characters ->
        [one] has been
       *[other] have been
    }
   *[no] { $characters ->
        [one] was
       *[other] were
    }
} delivered { $projects ->
    [one] for { $project }
   *[other] across { $projects } projects
}
headline-ended = { delivered }, { $against } { days-before }.
headline-running = { delivered } so far; { whole-before } had { none-or-number }.
headline-not-covered = { delivered }{ $running ->
    [yes] { " " }so far
   *[no] { "" }
}{ not-covered }.
none-delivered = No characters { $running ->
    [yes] have been delivered so far
   *[no] were delivered in this period
}
headline-none = { none-delivered }, { $number ->
    [0] and none
   *[other] after { $number }
} { days-before }.
headline-none-not-covered = { none-delivered }{ not-covered }.
headline-not-begun = The period has not begun, so nothing has been delivered in it.

# Other sentences of the summary.
year-before-running = A year before, the whole of { $days } had { none-or-number }.
year-before-told = A year before, { $days }, { none-or-number } { $number ->
    [one] was
   *[other] were
} delivered
year-before = { year-before-told }.
year-before-against = { year-before-told }: this period has { $against } that.
largest-movement = The largest movement was { $project }, which { $moved ->
    [up] rose
   *[down] fell
} from { $before } to { $now }.
silent = { $projects }{ $also ->
    [yes] { " " }also
   *[no] { "" }
} delivered nothing after { $lost } in the period before{ $count ->
    [one] : it is
   *[other] , taken together: they are
} worth a look.
concentration = { $project } alone accounts for { $share } of the deliveries.
busiest = The busiest { grain } was { $bucket } with { characters }, { $share } of the total.
characters = { $count ->
    [0] no characters
    [one] { $count } character
   *[other] { $count } characters
}
in-production-now = { $count ->
    [one] { $count } character is
   *[other] { $count } characters are
} still in production.
in-production-then = { $count ->
    [one] { $count } character was
   *[other] { $count } characters were
} still in production when the period ended.

# Notes.
note-counting = A character counts once, on the day of its delivery by the clocks of { $zone }.
note-per-day = Deliveries per day are of { $begun } of the period's { counted-days }.
note-in-production = Not counted as delivered, because still in production: { characters }.
note-year-before = A year before is { $days }.
note-no-year-before = There is no comparison with a year before: the source's first delivery is of { $at }.

# Key figures.
kpi-delivered = Characters delivered
kpi-per-day = Delivered per day
kpi-projects = Projects with deliveries
kpi-in-production = Still in production
unit-characters = characters
unit-projects = projects

# Sections.
section-over-time = Deliveries over time
nothing-to-draw = No deliveries to draw.
chart-title = Characters delivered per { grain }
chart-words = Stacked bars, one per { grain }, by project: { characters } of { $projects ->
    [one] { $projects } project
   *[other] { $projects } projects
} in { $period }. The highest bar is { $peak } with { $most }.
chart-value = Characters delivered
table-title = Characters delivered by project
column-delivered = Delivered
column-year-before = A year before
column-year-change = On a year
all-projects = All projects
