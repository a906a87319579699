title = Usage summary

# Headlines. `$number` is of the period before.
recorded = { $events ->
    [0] No events
    [one] { $events } event
   *[other] { $events } events
} { $running ->
    [yes] { $events ->
        [one] has been
       *[other] have been
    } recorded so far
   *[no] { $events ->
        [0] were recorded in this period
        [one] was recorded
       *[other] were recorded
    }
}
headline-not-covered = { recorded }{ not-covered }.
headline-running = { recorded }; { whole-before } had { none-or-number }.
headline-none = { recorded }, { $number ->
    [0] and none
   *[other] after { $number }
} { days-before }.
headline-ended = { recorded }, { $against } { days-before }.
headline-not-begun = The period has not begun, so no event has been recorded in it.

# Other sentences of the summary.
active = { $users ->
    [0] No users
    [one] { $users } user
   *[other] { $users } users
} { $running ->
    [yes] { $users ->
        [one] has
       *[other] have
    } been active so far
   *[no] { $users ->
        [one] was
       *[other] were
    } active
}
users = { active }.
returning = { active }, { $against } { days-before }; { $returned ->
    [0] none
   *[other] { $returned }
} of them in both periods
users-compared = { returning }.
users-compared-and-gone = { returning }, { $gone ->
    [one] { $gone } other
   *[other] { $gone } others
} in the earlier one alone.
largest-movement = The largest movement was { $type }, which { $moved ->
    [up] rose
   *[down] fell
} from { $before } to { $now }.
silent = There was no { $types } at all, after { $lost } in the period before{ $count ->
    [one] { "" }
   *[other] , taken together
}: it is worth a look.
most-by-type = Of the events, { $type-share } were of type { $type }.
most-by-device = Of the events, { $device-share } came from { $device }.
most-by-both = Of the events, { $type-share } were of type { $type } and { $device-share } came from { $device }.
busiest = The busiest { grain } was { $bucket } with { events }, { $share } of the total.
events = { $count ->
    [0] no events
    [one] { $count } event
   *[other] { $count } events
}
silent-days = Nothing was recorded on { $days }.
newest-rows = The table by day has the newest { $shown } of { $found } rows; all other figures are of the whole period.

# Notes.
note-counting = An event counts on the day on which it happened, by the clocks of { $zone }. Days and event types without any have no row.
note-each-once = Users and kinds of device count once in each figure: who is in several rows is one user in the total.

# Key figures.
kpi-events = Events
kpi-users = Active users
kpi-per-user = Events per user
kpi-devices = Kinds of device
unit-events = events
unit-users = users
unit-kinds = kinds

# Sections.
section-over-time = Usage over time
nothing-to-draw = No events to draw.
section-what = What was done, and on what
section-days = Day by day
chart-title = Events per { grain }
chart-words = Stacked bars, one per { grain }, by event type: { events } of { $types ->
    [one] { $types } type
   *[other] { $types } types
} in { $period }. The highest bar is { $peak } with { $most }.
column-events = Events
column-users = Users
column-devices = Kinds of device
column-type = Event type
other-types = Other event types
column-device = Device
column-day = Day
table-types = Events by type
table-devices = Events by kind of device
table-days = Events by day and type
all-types = All types
all-devices = All devices
