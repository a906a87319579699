title = GPU utilization

# Headlines. `$gpu` and `$before` are GPU hours; `$before-jobs` is 0 where there was no job before.
had = { $before-jobs ->
    [0] none
   *[other] { $before } GPU hours
}
none = { $running ->
    [yes] No job has finished so far
   *[no] No job finished in this period
}
headline-none = { none }; { $days ->
    [one] the day before
   *[other] the { $days } days before
} had { had }.
headline-none-not-covered = { none }{ not-covered }.
went-into = { $gpu } GPU hours went into { $jobs ->
    [one] { $jobs } job
   *[other] { $jobs } jobs
} that finished
headline-not-covered = { went-into }{ $running ->
    [yes] { " " }so far
   *[no] { "" }
}{ not-covered }.
# Set beside each other without a percentage: one is part of a period, the other whole.
headline-running = { went-into } so far; { $days ->
    [one] the whole day before
   *[other] the whole { $days } days before
} had { had }.
headline-ended = { went-into }, { $moved ->
    [after-none] after none
    [flat] about as many as
    [up] { $amount } more than
   *[down] { $amount } fewer than
} { days-before }.
headline-not-begun = The period has not begun, so no GPU has worked in it.

# Other sentences of the summary.
no-worker-available = No worker was available.
no-worker-active = No worker was active.
utilization = The workers were active{ $narrowed ->
    [yes] { " " }with what this report covers
   *[no] { "" }
} for { $share } of the { $available } hours they were available{ $compared ->
    [yes] { " " }({ $before } in the period before)
   *[no] { "" }
}; { $others ->
    [yes] { $other } hours went into other work and { $idle } hours were idle
   *[no] { $idle } hours were idle
}.
largest-movement = The largest movement was { $project }, which { $moved ->
    [up] rose
   *[down] fell
} from { $before } to { $now } GPU hours.
failures = On { $worker } { $failed } of { $jobs ->
    [one] { $jobs } job
   *[other] { $jobs } jobs
} failed ({ $share }), against { $others } on the other workers: it is worth a look.
more-failures = So it is on { $workers }.
extremes = Of { $workers } workers { $most } was the most active, for { $most-share } of its available time, and { $least } the least, for { $least-share }.
hour-of-the-week = { $weekday } { $hours }
busiest = The busiest { $of ->
    [week] hour of the week
   *[day] hour of the day
} was { $most }, with { $most-share } of the available time { $narrowed ->
    [yes] spent on it
   *[no] active
}{ $quietest ->
    [yes] ; the quietest was { $least } with { $least-share }
   *[no] { "" }
}.
uneven = In { $full } of the { $hours } hours of the week the workers were busy for at least { $full-share } of the available time, in { $empty } for less than { $empty-share }: moving work between them is worth a look.
standstill = The longest standstill, with workers available and none of them active, was from { $begin } to { $end }.

# Notes.
note-gpu-time = GPU time is what the jobs computed, failed ones included, and counts as a whole at the instant at which a job finished, by the clocks of { $zone }.
note-active = Active is a worker from the start of a job to its end, transfers included, cut at the edges of the period, of days and of hours; it is available from its registration to its retirement, and idle for the rest. Figures are exact to the millisecond and rounded for display, so that printed parts may differ from a printed total in the last digit.
note-narrowed = { $filters } Workers are available to all projects alike; what they did for others is neither active nor idle here, but other work.
note-running = { $count ->
    [one] { $count } job was
   *[other] { $count } jobs were
} under way at the end: active so far, but without GPU time until finished.
note-cancelled = Left out: { $count ->
    [one] { $count } job cancelled before any worker took it.
   *[other] { $count } jobs cancelled before any worker took them.
}
note-first-finish = The source's first job finished on { $at }: before that, workers count as idle and there is nothing to compare with.
note-too-much-work = { $workers } had more work than time: by the source, the worker had a job while not in service, or two at once.

# Key figures.
kpi-gpu = GPU hours
kpi-active = Active share
kpi-idle = Idle hours
kpi-failed = GPU hours in failed jobs

# Sections.
section-time = Active and idle time
section-project = GPU hours by project
section-type = GPU hours by scene type and resolution tier
section-workers = Workers
section-hours = Busiest hours
work-title = Hours of all workers per { grain }
work-words = Stacked bars, one per { grain }: active and idle hours of { $workers ->
    [0] no workers
    [one] { $workers } worker
   *[other] { $workers } workers
} in { $period }. Of { $available } available hours { $share } were active.
work-use = Use
work-others = Other uses
work-value = Hours
active = Active
other-work = Other work
idle = Idle
gpu-title = GPU hours per { grain }
gpu-words = Stacked bars, one per { grain }, by project: { $gpu } GPU hours of { $projects ->
    [0] no projects
    [one] { $projects } project
   *[other] { $projects } projects
} in { $period }.
gpu-value = GPU hours
workers-title = Workers, least active first
workers-title-some = The { $shown } least active workers, least active first
workers-words = Lying bars, one for each of { $workers ->
    [one] { $workers } worker
   *[other] { $workers } workers
}: the active share of its available time in { $period }. The least active is { $least } with { $share }.
workers-value = Active share of available time (%)
hours-title = Active share of available time, by hour of the week
hours-words = A map of the week, a row per day and a column per hour, the darker the larger the active share of the available time in { $period }, by the clocks of { $zone }.
column-available = Available
column-active-share = Active share
column-gpu = GPU time
column-jobs = Jobs
column-in-failed = In failed jobs
column-worker = Worker
column-model = GPU
column-before = Before
column-failed = Failed
column-hour = Hour
column-all-days = All days
table-time = Time of all workers by { grain }
table-by = GPU hours by { dimension }
table-workers = Workers, most idle first
table-hours = Active share of available time, by hour and day of the week
all-of = { $dimension ->
    [scene_type] All scene types
    [resolution_tier] All tiers
   *[project] All projects
}
all-workers = All { $count } workers
