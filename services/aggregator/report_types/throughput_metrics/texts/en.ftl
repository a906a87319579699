title = Throughput

# Headlines. `$count` characters were delivered, `$median` is how many days they took.
none = No characters { $running ->
    [yes] have been delivered so far
   *[no] were delivered in this period
}, so there is no turnaround to report
headline-none = { none }.
headline-none-before = { none }; { days-before } the median was { $before } days.
took = { $count ->
    [one] The only character delivered{ so-far } took
   *[other] The { $count } characters delivered{ so-far } took a median of
} { $median } days from onboarding to delivery
so-far = { $running ->
    [yes] { " " }so far
   *[no] { "" }
}
headline-not-covered = { took }{ not-covered }.
headline-none-to-compare = { took }; nothing was delivered { days-before } to compare with.
headline-beside = { took }; { days-before } the median was { $before } days.
headline-ended = { took }, { $moved } { days-before } ({ $before } days).
headline-not-begun = The period has not begun, so nothing has been delivered in it.

# Other sentences of the summary.
p90 = The 90th percentile, which one in ten exceeds, was { $p90 } days.
p90-compared = The 90th percentile, which one in ten exceeds, was { $p90 } days ({ $before } { days-before }).
largest-movement = The largest movement of a project was { $project }, whose median { $moved ->
    [up] rose
   *[down] fell
} from { $before } to { $now } days.
contrast = Among scene types { $slowest } took longest, with a median of { $days } days, { $times } times that of { $fastest }, the fastest.
contrast-with-none = Among scene types { $slowest } took longest, with a median of { $days } days, beside that of { $fastest }, the fastest.
slowest = The slowest delivery was { $character } of { $project }: { $days } days, { $times } times the median.
under-way = { $count ->
    [one] { $count } character
   *[other] { $count } characters
} { $running ->
    [yes] { $count ->
        [one] is still under way
       *[other] are still under way
    }
   *[no] { $count ->
        [one] was still under way when the period ended
       *[other] were still under way when the period ended
    }
}, at { $count ->
    [one] an age
   *[other] a median age
} of { $age } days.
overdue-one = The oldest { $running ->
    [yes] has
   *[no] had
} been under way for longer than the 90th percentile of the deliveries and is worth a look: { $character } of { $project }, { $age } days.
overdue = { $overdue } of them { $running ->
    [yes] are
   *[no] were
} older than the 90th percentile of the deliveries: look at these first, above all at { $character } of { $project } with { $age } days.

# Notes.
note-turnaround = Turnaround is the time elapsed from onboarding to delivery, nights and weekends included; a character belongs to the day of its delivery by the clocks of { $zone }, whenever it was onboarded.
note-under-way = Not in the turnaround, because not delivered: { $count ->
    [one] { $count } character
   *[other] { $count } characters
} still under way, of which only the age so far is known.
note-enough = Sentences compare only what had at least { $enough } deliveries; a median of fewer moves with every single one.
note-gaps = { $count } { $count ->
    [one] { grain } without a delivery has
   *[other] { grain }s without a delivery have
} no point: the lines have a gap there.

# Key figures.
kpi-median = Median turnaround
kpi-p90 = 90th percentile
kpi-mean = Mean turnaround
kpi-delivered = Characters delivered
kpi-under-way = Still under way
kpi-median-age = Median age under way
unit-days = days
unit-characters = characters

# Sections.
section-over-time = Turnaround over time
nothing-to-draw = No deliveries to draw.
section-where = Where it takes long
section-under-way = Still under way
section-slowest = Slowest deliveries
section-figures = Figures over time
chart-title = Turnaround per { grain } of delivery
chart-words = Three lines, one point per { grain }: median, mean and 90th percentile of the turnaround in days, of { $count ->
    [one] { $count } character
   *[other] { $count } characters
} delivered in { $period }. Over the whole period the median is { $median } and the 90th percentile { $p90 } days.
chart-value = Turnaround (days)
median = Median
mean = Mean
p90-title = 90th percentile
column-characters = Characters
column-median-before = Median before
column-median-age = Median age
column-oldest = Oldest
column-overdue = Older than 90th percentile
column-onboarded = Onboarded
column-age = Age
column-turnaround = Turnaround
table-by = By { dimension }, slowest median first
table-under-way = Under way by project
table-oldest = Longest under way
