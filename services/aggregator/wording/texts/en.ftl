# Phrases that sentences of several report types are made of. Of each, `$days` is how long the
# period is, in days.
days-before = { $days ->
    [one] on the day before
   *[other] in the { $days } days before
}
whole-before = { $days ->
    [one] the day before
   *[other] the whole { $days } days before
}
# The end of a headline that compares with a period which the data do not cover.
not-covered = ; the data do not cover { $days ->
    [one] the day before
   *[other] all of the { $days } days before
}, so there is no comparison
# A moment of a local day: "10 October 2026, 14:05".
moment = { $day }, { $time }
none-or-number = { $number ->
    [0] none
   *[other] { $number }
}

# How a number of things compares: "12% more than", "as many as".
against = { $moved ->
    [after-none] after none
    [flat] as many as
    [up] { $amount } more than
   *[down] { $amount } fewer than
}
# The same of what is measured.
moved = { $moved ->
    [after-none] after none
    [flat] { $of ->
        [length] as long as
       *[amount] as much as
    }
    [up] { $amount } { $of ->
        [length] longer than
       *[amount] more than
    }
   *[down] { $amount } { $of ->
        [length] shorter than
       *[amount] less than
    }
}
less-than-a-tenth = less than 0.1%

# Lengths of time; `$number` is 1 where the amount reads as one.
minutes = { $amount } { $number ->
    [one] minute
   *[other] minutes
}
hours = { $amount } { $number ->
    [one] hour
   *[other] hours
}
days = { $amount } { $number ->
    [one] day
   *[other] days
}
counted-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}

# Buckets of time.
grain = { $grain ->
    [day] day
    [week] week
   *[month] month
}
grain-title = { $grain ->
    [day] Day
    [week] ISO week
   *[month] Month
}
column-first-day = From
column-last-day = To
whole-period = Whole period
week = week { $week } ({ $days })
axis-week = W{ $week }
# The map of the hours of the week, and what its shades stand for.
hour-of-the-day = Hour of the day
day-of-the-week = Day of the week
class-under = under { $share }
class-from-to = { $first } to { $share }
class-and-more = { $share } and more

# Notes about charts over time; `$mark` is what is drawn for a bucket.
mark = { $mark ->
    [bar] { $count ->
        [one] bar
       *[other] bars
    }
   *[point] { $count ->
        [one] point
       *[other] points
    }
}
coarser-grain = The chart is by { $grain ->
    [day] day
    [week] week
   *[month] month
}: by { $asked }, as asked for, it would have more than { $most } { $mark ->
    [bar] bars
   *[point] points
}.
cut-buckets = The { mark } of { $buckets } { $count ->
    [one] covers
   *[other] cover
} fewer days than the others, because the period begins or ends within a { grain }.

# Notes about how far the data reach; `$of` is what they are of.
still-running = The period has not ended: its figures reach up to { $until }, while the period before is whole.
not-begun = The period begins after the as-of time, { $until }.
late-changes = Days that are over were read as sums, which were last compared with their rows on { $at }, or later: a correction entered since may be missing.
no-data = The source has no { $of ->
    [delivery] deliveries
    [event] events
    [check] checks
    [decision] decided reviews
   *[finished-job] finished jobs
} at all.
data-begin = The source's first { $of ->
    [delivery] delivery
    [event] event
    [check] check
    [decision] decision
   *[finished-job] finished job
} is of { $at }: before that there is nothing to compare with.
rounded-shares = Shares{ $of ->
    [event-type] { " " }of event types
    [device] { " " }of kinds of device
   *[all] { "" }
} are rounded one by one, so that those printed come to { $sum } and not to 100%.

# Filters: names that were asked for.
filter-noun = { $noun ->
    [project] { $count ->
        [one] project
       *[other] projects
    }
    [scene-type] { $count ->
        [one] scene type
       *[other] scene types
    }
    [resolution-tier] { $count ->
        [one] resolution tier
       *[other] resolution tiers
    }
    [event-type] { $count ->
        [one] event type
       *[other] event types
    }
    [kind-of-device] { $count ->
        [one] kind of device
       *[other] kinds of device
    }
   *[worker] { $count ->
        [one] worker
       *[other] workers
    }
}
filter-of = { filter-noun } { $names }
no-such-names = no { filter-noun } named { $names }
and-no-such-names = { $first } and { $second }
nothing-left = There is nothing to report: the source has { $missing }.
unknown-names = The source has { $missing }.
only-asked-for = Only what was asked for is counted: { $filters }.

# What a report is called that was narrowed down, saved, or corrected.
title-of-part = { $title }: { $part }
definition = { $name }, version { $version }
corrected = Corrected: this replaces the report made on { $day } at { $time }. { $changes }
corrected-not-kept = The figures of that one are no longer kept.
corrected-same = Its headline figures are the same.
corrected-figures = { $figures }.
corrected-figures-more = { $figures }; and { $more } more.
no-figure = none

# Columns that many tables have.
column-project = Project
column-previous = Period before
column-change = Change
column-share = Share
other-projects = Other projects

# By what a report about characters is broken down.
dimension-title = { $dimension ->
    [scene_type] Scene type
    [resolution_tier] Tier
   *[project] Project
}
dimension = { $dimension ->
    [scene_type] scene type
    [resolution_tier] resolution tier
   *[project] project
}
all-together = All together
column-character = Character
column-delivered-on = Delivered
note-quantiles = Median and 90th percentile are interpolated linearly between the two durations nearest to them, as SQL's percentile_cont does, from whole milliseconds and without rounding on the way.

# What stands before all other sentences.
data-may-be-old = The data may be old: the signal '{ $signal }' had not come by { $time }.
correction-reason = Reason of the correction: { $reason }
