title = Reviewer productivity

# Headlines. `$number` is of the period before.
none = No reviews { $running ->
    [yes] have been decided so far
   *[no] were decided in this period
}
headline-none-not-covered = { none }{ not-covered }.
headline-none = { none }, { $number ->
    [0] and none
   *[other] after { $number }
} { days-before }.
decided = { $reviews ->
    [one] { $reviews } review
   *[other] { $reviews } reviews
} { $running ->
    [yes] { $reviews ->
        [one] has been
       *[other] have been
    }
   *[no] { $reviews ->
        [one] was
       *[other] were
    }
} decided by { $people ->
    [one] { $people } person
   *[other] { $people } people
} in { $teams ->
    [0] no teams
    [one] { $teams } team
   *[other] { $teams } teams
}
headline-not-covered = { decided }{ $running ->
    [yes] { " " }so far
   *[no] { "" }
}{ not-covered }.
headline-running = { decided } so far; { whole-before } had { none-or-number }.
headline-ended = { decided }, { $against } { days-before }.
headline-not-begun = The period has not begun, so no review has been decided in it.

# Other sentences of the summary.
times = Half were decided within { $median } of the request, nine in ten within { $ninetieth }.
times-compared = Half were decided within { $median } of the request, nine in ten within { $ninetieth }; in the period before, { $median-before } and { $ninetieth-before }.
one-person = One person decided them alone, so nothing more is told of them.
slowest = The slowest team is { $slowest }: its median of { $slow } is { $times } times that of { $fastest }, the fastest ({ $fast }).
held-up = It decided { $decided } of the reviews and has { $waiting } of those that wait.
largest-movement = The largest movement was { $team }, whose median { $moved ->
    [up] rose
   *[down] fell
} from { $before } to { $now }.
rejected = { $rejected ->
    [0] None of { $reviews ->
        [one] { $reviews } review was rejected
       *[other] { $reviews } reviews was rejected
    }
   *[other] { $rejected } of { $reviews ->
        [one] { $reviews } review
       *[other] { $reviews } reviews
    } ({ $share }) { $rejected ->
        [one] was
       *[other] were
    } rejected
}
rejections = { rejected }.
rejections-compared = { rejected }, after { $before } in the period before.
waiting-now = { $count ->
    [one] { $count } review is
   *[other] { $count } reviews are
} waiting for a decision{ $earlier ->
    [0] { "" }
   *[other] , after { $earlier } when the period began
}; the oldest has waited for { $waited }.
waiting-then = { $count ->
    [one] { $count } review was
   *[other] { $count } reviews were
} waiting when the period ended{ $earlier ->
    [0] { "" }
   *[other] , after { $earlier } when it began
}; the oldest had waited for { $waited }.

# Notes.
note-what-for = These are figures of the pipeline: where reviews wait, not how good anybody's work is.
note-counting = A review counts once, on the day of its decision by the clocks of { $zone }. It takes from the request to the decision, nights and weekends included.
note-columns = Half of the reviews took no longer than the median, nine in ten no longer than the time under 9 in 10; the median of the period before stands under Before. Notes per segment are all notes of the decided reviews over all segments looked at.
note-waiting = Not counted as decided, because still waiting: { $count ->
    [one] { $count } review
   *[other] { $count } reviews
}.
note-together = So that nobody's figures stand alone, { $count ->
    [one] { $count } team
   *[other] { $count } teams
} are counted together: those in which one person decided, and where that is one person in all, the smallest of the others.
note-alone = Where one person alone decided the reviews, nothing is told of them but how many there were.
note-few = Not shown alone but counted together with others of the team, because of fewer than { $least } reviews: { people }.
note-with-them = Counted with them, so that nobody's figures can be worked out: { people }.
people = { $people ->
    [one] { $people } person
   *[other] { $people } people
}
note-unseen = Teams that are too small for that are in the table by team alone, not in the one by person.
note-one-line = The line is of all teams together: none decided { $least } reviews or more in one { grain }.
note-lines = The lines are of the { $most } teams with most reviews; the table has every team.
note-gaps = A team's line has a gap where the team decided fewer than { $least } reviews or one person decided them alone.

# Key figures.
kpi-median = Half decided within
kpi-ninetieth = Nine in ten within
kpi-approved = Approved
kpi-notes = Notes per segment
kpi-decided = Reviews decided
kpi-waiting = Still waiting
unit-notes = notes
unit-reviews = reviews

# Sections.
section-team = By team
section-person = By person
section-over-time = Over time
nothing-to-draw = Too little was decided to draw it over time.
every-team = All teams
teams-together = Teams counted together
medians-title = Hours within which half of the reviews were decided, per { grain }
medians-words = Lines by team: the median hours from request to decision per { grain } in { $period }. The highest point is { $team } in { $when } with { $hours } hours.
medians-value = Hours
decided-title = Reviews decided per { grain }
decided-words = Stacked bars, one per { grain }, by team: { $reviews ->
    [0] no reviews
    [one] { $reviews } review
   *[other] { $reviews } reviews
} in { $period }.
decided-value = Reviews decided
column-team = Team
other-teams = Other teams
column-decided = Decided
column-rejected = Rejected
column-approved = Approved
column-median = Median
column-ninetieth = 9 in 10
column-notes = Notes/segment
column-before = Before
column-waiting = Waiting
column-oldest = Oldest
column-reviewer = Reviewer
table-team = Reviews by team, the slowest first
table-person = Reviews by person, in the order of names
others-together = Others, counted together
table-over-time = Reviews of all teams per { grain }
