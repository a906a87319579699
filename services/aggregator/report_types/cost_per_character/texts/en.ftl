title = Cost per character

# Headlines. `$gpu` and `$before` are GPU hours per character.
none = No characters { $running ->
    [yes] have been delivered so far
   *[no] were delivered in this period
}, so there is no cost of one to report
headline-none = { none }.
headline-none-before = { none }; { days-before } it was { $before } GPU hours.
took = { $count ->
    [one] The only character delivered{ so-far } took { $gpu } GPU hours
   *[other] The { $count } characters delivered{ so-far } took { $gpu } GPU hours each on average
}
so-far = { $running ->
    [yes] { " " }so far
   *[no] { "" }
}
headline-not-covered = { took }{ not-covered }.
headline-none-to-compare = { took }; nothing was delivered { days-before } to compare with.
headline-not-comparable = { took }; the source lacks too many earlier jobs for a comparison.
headline-beside = { took }; { days-before } it was { $before }.
headline-ended = { took }, { $moved } { days-before } ({ $before }).
headline-from-nothing = { took }, { $moved } { days-before }.
headline-not-begun = The period has not begun, so nothing has been delivered in it.

# Other sentences of the summary.
rate = { $amount } { $currency } per GPU hour
money = At { $rate } that is { $each } { $currency } each and { $all } { $currency } in all.
money-of-one = At { $rate } that is { $each } { $currency }.
contrast = The dearest scene type was { $dearest } with { $hours } GPU hours per character, { $times } times those of { $cheapest }, the cheapest.
contrast-with-none = The dearest scene type was { $dearest } with { $hours } GPU hours per character, beside none of { $cheapest }, the cheapest.
earlier-mix = With the scene types in the proportions of the period before, it would have been { $hours } GPU hours, { $moved } then.
largest-movement = The largest movement of a scene type was { $type }, which { $moved ->
    [up] rose
   *[down] fell
} from { $before } to { $now } GPU hours per character.
repeated = Repeated attempts took { $share } of the GPU time.
repeated-compared = Repeated attempts took { $share } of the GPU time ({ $before } { days-before }).
dearest = The dearest character was { $character } of { $project } with { $hours } GPU hours, { $times } times the mean: it is worth a look.

# Notes.
note-counting = A character belongs to the day of its delivery by the clocks of { $zone }; its GPU time is that of all of its jobs, whenever they ran, failed and repeated attempts included.
note-wall-clock = Wall-clock time on workers is from the start to the end of its jobs, transfer included, jobs beside each other counted each; wall-clock time to delivery is from its onboarding to its delivery.
note-not-counted = Not counted: the time of characters that were not delivered in the period, of scenes without a character, and of jobs that had not finished by the as-of time.
note-money = Money is GPU time at { $rate }, rounded only where it is printed.
note-enough = Sentences compare only what had at least { $enough } deliveries; a mean of fewer moves with every single one.
cut-short-now = { $cut } of the { $count } of this period
cut-short-before = { $cut } of the { $count } of the period before
note-cut-short = Too low: the source's first job is of { $first }, and { $cut } were onboarded before it. What they had used by then is not known and not counted.
note-without-jobs = { $count ->
    [one] { $count } character without any finished job was delivered; they count, with no time.
   *[other] { $count } characters without any finished job were delivered; they count, with no time.
}

# Key figures.
kpi-cost-each = Cost per character
kpi-gpu-each = GPU time per character
kpi-on-workers = Wall clock, on workers
kpi-to-delivery = Wall clock, to delivery
kpi-delivered = Characters delivered
kpi-cost = Cost in all, { $currency }
kpi-gpu = GPU time in all
kpi-repeated = GPU time in repeats
unit-days = days
unit-characters = characters
unit-jobs = jobs

# Sections.
section-types = Dearest scene types
section-over-time = Cost over time
section-by = By tier and project
section-dearest = Dearest characters
section-figures = Figures over time
nothing-to-draw = No deliveries to draw.
types-title = GPU hours per delivered character
types-words = Lying bars, one per scene type, dearest first: { $types } GPU hours per character.
types-value = GPU hours per character
chart-title = Hours per character, by { grain } of delivery
chart-words = Two lines, one point per { grain }: GPU time and wall-clock time on workers, in hours per character, of { $count ->
    [one] { $count } character
   *[other] { $count } characters
} delivered in { $period }. Over the whole period they are { $gpu } and { $workers } hours.
chart-value = Hours per character
gpu-time = GPU time
time-on-workers = Time on workers
column-characters = Characters
column-on-workers = On workers
column-to-delivery = To delivery
column-repeated = Repeated
column-gpu-before = GPU before
column-cost = Cost
column-jobs = Jobs
table-by = Per character, by { dimension }, dearest first
table-over-time = Per character, by { grain } of delivery
