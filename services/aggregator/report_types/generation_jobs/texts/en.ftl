title = Generation jobs

# Jobs of some statuses alone, or of all: `$statuses` is empty, or for instance "failed or cancelled".
of-status = { $status }
jobs = { $count ->
    [0] No
   *[other] { $count }
} { $narrowed ->
    [yes] { $statuses }{ " " }
   *[no] { "" }
}{ $count ->
    [one] job
   *[other] jobs
}
headline-not-covered = { jobs } { $running ->
    [yes] { $count ->
        [one] has finished so far
       *[other] have finished so far
    }
   *[no] finished
}{ not-covered }.
headline-running = { jobs } { $count ->
    [one] has
   *[other] have
} finished so far; { whole-before } had { none-or-number }.
headline-none = { jobs } finished in this period, { $number ->
    [0] and none
   *[other] after { $number }
} { days-before }.
headline-ended = { jobs } finished, { $against } { days-before }.
headline-not-begun = The period has not begun, so no job has finished in it.

# Other sentences of the summary.
outcome = { $ran ->
    [one] { $ran } job
   *[other] { $ran } jobs
} ran: { $share } succeeded and { $failed } failed; the GPUs computed for { $hours } hours.
cancelled = { $count ->
    [one] { $count } job was
   *[other] { $count } jobs were
} cancelled before the start.
outlier = Worker { $worker } failed { $share } of its { $jobs } jobs, all other workers together { $others }: it is worth a look.
first-rows = The table has the first { $shown } of { $found } jobs; the figures above are of all.

# Notes.
note-counting = A job belongs to the day on which it finished (succeeded, failed or was cancelled) by the clocks of { $zone }, whenever it was queued; rows are in the order of that time, then of the job's number.
note-statuses = Only { $statuses } jobs are counted, so there is no share of those that succeeded.
note-unfinished = Not in the list, because queued before the period's end and not finished by { $at }, { $count ->
    [one] is { $count } job
   *[other] are { $count } jobs
}.

# Key figures.
kpi-finished = Jobs finished
kpi-succeeded = Jobs that succeeded
kpi-repeated = Repeated attempts
kpi-gpu = GPU time
unit-jobs = jobs

# The table.
section = Jobs
table-title = Jobs by the time they finished
column-job_id = Job
column-scene_id = Scene
column-character_id = Character
column-worker = Worker
column-status = Status
column-attempt = Attempt
column-queued_at = Queued
column-started_at = Started
column-finished_at = Finished
column-gpu_milliseconds = GPU time
column-scene_type = Scene type
column-resolution_tier = Tier
