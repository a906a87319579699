title = Review-Durchlauf

none = { $running ->
    [yes] Bisher wurden keine Reviews entschieden
   *[no] In diesem Zeitraum wurden keine Reviews entschieden
}
headline-none-not-covered = { none }{ not-covered }.
headline-none = { none }, { $number ->
    [0] ebenso wie
   *[other] nach { $number }
} { days-before }.
decided = { $running ->
    [yes] Bisher { $reviews ->
        [one] wurde { $reviews } Review
       *[other] wurden { $reviews } Reviews
    }
   *[no] { $reviews ->
        [one] { $reviews } Review wurde
       *[other] { $reviews } Reviews wurden
    }
} von { $people ->
    [one] { $people } Person
   *[other] { $people } Personen
} in { $teams ->
    [0] keinem Team
    [one] { $teams } Team
   *[other] { $teams } Teams
} entschieden
headline-not-covered = { decided }{ not-covered }.
headline-running = { decided }; { whole-before } waren es { none-or-number }.
headline-ended = { decided }, { $against } { days-before }.
headline-not-begun = Der Zeitraum hat noch nicht begonnen, daher wurde darin noch kein Review entschieden.

times = Die Hälfte wurde innerhalb von { $median } nach der Anfrage entschieden, neun von zehn innerhalb von { $ninetieth }.
times-compared = Die Hälfte wurde innerhalb von { $median } nach der Anfrage entschieden, neun von zehn innerhalb von { $ninetieth }; im Zeitraum davor waren es { $median-before } und { $ninetieth-before }.
one-person = Eine Person hat sie allein entschieden, daher wird nichts weiter über sie gesagt.
slowest = Das langsamste Team ist { $slowest }: Sein Median von { $slow } ist das { $times }-Fache dessen von { $fastest }, dem schnellsten ({ $fast }).
held-up = Es hat { $decided } der Reviews entschieden, und bei ihm liegen { $waiting } derer, die warten.
largest-movement = Die größte Veränderung gab es bei { $team }: Der Median { $moved ->
    [up] stieg
   *[down] fiel
} von { $before } auf { $now }.
rejected = { $rejected ->
    [0] Von { $reviews ->
        [one] { $reviews } Review
       *[other] { $reviews } Reviews
    } wurde keines abgelehnt
   *[other] { $rejected } von { $reviews ->
        [one] { $reviews } Review
       *[other] { $reviews } Reviews
    } ({ $share }) { $rejected ->
        [one] wurde
       *[other] wurden
    } abgelehnt
}
rejections = { rejected }.
rejections-compared = { rejected }, nach { $before } im Zeitraum davor.
waiting-now = { $count ->
    [one] { $count } Review wartet
   *[other] { $count } Reviews warten
} auf eine Entscheidung{ $earlier ->
    [0] { "" }
   *[other] , nach { $earlier } zu Beginn des Zeitraums
}; das älteste wartet seit { $waited }.
waiting-then = Am Ende des Zeitraums { $count ->
    [one] wartete { $count } Review
   *[other] warteten { $count } Reviews
}{ $earlier ->
    [0] { "" }
   *[other] , nach { $earlier } zu seinem Beginn
}; das älteste hatte seit { $waited } gewartet.

note-what-for = Dies sind Zahlen des Ablaufs: wo Reviews warten, nicht wie gut jemand arbeitet.
note-counting = Ein Review zählt einmal, am Tag seiner Entscheidung nach den Uhren von { $zone }. Es dauert von der Anfrage bis zur Entscheidung, Nächte und Wochenenden eingeschlossen.
note-columns = Die Hälfte der Reviews dauerte nicht länger als der Median, neun von zehn nicht länger als die Zeit unter „9 von 10“; der Median des Zeitraums davor steht unter „Davor“. Notizen pro Segment sind alle Notizen der entschiedenen Reviews geteilt durch alle angesehenen Segmente.
note-waiting = Nicht als entschieden gezählt, weil noch wartend: { $count ->
    [one] { $count } Review
   *[other] { $count } Reviews
}.
note-together = Damit niemandes Zahlen allein stehen, { $count ->
    [one] ist { $count } Team
   *[other] sind { $count } Teams
} zusammen gezählt: die, in denen eine Person entschied, und wo das insgesamt eine Person ist, das kleinste der übrigen.
note-alone = Wo eine Person allein die Reviews entschied, wird nur gesagt, wie viele es waren.
note-few = Nicht einzeln gezeigt, sondern zusammen mit anderen des Teams gezählt, weil weniger als { $least } Reviews: { people }.
note-with-them = Mit ihnen gezählt, damit sich niemandes Zahlen errechnen lassen: { people }.
people = { $people ->
    [one] { $people } Person
   *[other] { $people } Personen
}
note-unseen = Teams, die dafür zu klein sind, stehen nur in der Tabelle nach Team, nicht in der nach Person.
note-one-line = Die Linie gilt für alle Teams zusammen: Keines hat { $least } oder mehr Reviews { $grain ->
    [day] an einem Tag
    [week] in einer Woche
   *[month] in einem Monat
} entschieden.
note-lines = Die Linien zeigen die { $most } Teams mit den meisten Reviews; die Tabelle enthält alle Teams.
note-gaps = Die Linie eines Teams hat eine Lücke, wo es weniger als { $least } Reviews entschied oder eine Person sie allein entschied.

kpi-median = Hälfte entschieden in
kpi-ninetieth = Neun von zehn in
kpi-approved = Freigegeben
kpi-notes = Notizen pro Segment
kpi-decided = Entschiedene Reviews
kpi-waiting = Noch wartend
unit-notes = Notizen
unit-reviews = { $count ->
    [one] Review
   *[other] Reviews
}

section-team = Nach Team
section-person = Nach Person
section-over-time = Im Zeitverlauf
nothing-to-draw = Es wurde zu wenig entschieden, um es im Zeitverlauf darzustellen.
every-team = Alle Teams
teams-together = Teams zusammen
medians-title = Stunden, in denen die Hälfte der Reviews entschieden wurde, pro { grain }
medians-words = Linien nach Team: die medianen Stunden von der Anfrage bis zur Entscheidung pro { grain } im Zeitraum { $period }. Der höchste Punkt ist { $team }, { $when }, mit { $hours } Stunden.
medians-value = Stunden
decided-title = Entschiedene Reviews pro { grain }
decided-words = Gestapelte Balken, einer pro { grain }, nach Team: { $reviews ->
    [0] keine Reviews
    [one] { $reviews } Review
   *[other] { $reviews } Reviews
} im Zeitraum { $period }.
decided-value = Entschiedene Reviews
column-team = Team
other-teams = Weitere Teams
column-decided = Entschieden
column-rejected = Abgelehnt
column-approved = Freigegeben
column-median = Median
column-ninetieth = 9 von 10
column-notes = Notizen/Segment
column-before = Davor
column-waiting = Wartend
column-oldest = Ältestes
column-reviewer = Person
table-team = Reviews nach Team, das langsamste zuerst
table-person = Reviews nach Person, in der Reihenfolge der Namen
others-together = Weitere, zusammen gezählt
table-over-time = Reviews aller Teams pro { grain }
