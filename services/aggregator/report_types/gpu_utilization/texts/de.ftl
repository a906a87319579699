title = GPU-Auslastung

had = { $before-jobs ->
    [0] keine
   *[other] { $before } GPU-Stunden
}
none = { $running ->
    [yes] Bisher wurde kein Job abgeschlossen
   *[no] In diesem Zeitraum wurde kein Job abgeschlossen
}
headline-none = { none }; { days-before } waren es { had }.
headline-none-not-covered = { none }{ not-covered }.
went-into = { $running ->
    [yes] Bisher flossen { $gpu } GPU-Stunden
   *[no] { $gpu } GPU-Stunden flossen
} in { $jobs ->
    [one] { $jobs } abgeschlossenen Job
   *[other] { $jobs } abgeschlossene Jobs
}
headline-not-covered = { went-into }{ not-covered }.
headline-running = { went-into }; { whole-before } waren es { had }.
headline-ended = { went-into }, { $moved ->
    [after-none] nach null
    [flat] etwa ebenso viele wie
    [up] { $amount } mehr als
   *[down] { $amount } weniger als
} { days-before }.
headline-not-begun = Der Zeitraum hat noch nicht begonnen, daher hat darin noch keine GPU gearbeitet.

no-worker-available = Kein Worker war verfügbar.
no-worker-active = Kein Worker war aktiv.
utilization = Die Worker waren in { $share } der { $available } verfügbaren Stunden { $narrowed ->
    [yes] mit dem aktiv, was dieser Bericht umfasst
   *[no] aktiv
}{ $compared ->
    [yes] { " " }(im Zeitraum davor: { $before })
   *[no] { "" }
}; { $others ->
    [yes] { $other } Stunden gingen in andere Arbeit, und { $idle } Stunden standen sie still
   *[no] { $idle } Stunden standen sie still
}.
largest-movement = Die größte Veränderung gab es bei { $project }: { $moved ->
    [up] ein Anstieg
   *[down] ein Rückgang
} von { $before } auf { $now } GPU-Stunden.
failures = Auf { $worker } { $failed ->
    [one] ist { $failed }
   *[other] sind { $failed }
} von { $jobs ->
    [one] { $jobs } Job
   *[other] { $jobs } Jobs
} fehlgeschlagen ({ $share }), gegenüber { $others } auf den anderen Workern: Das sollte man sich ansehen.
more-failures = Ebenso ist es auf { $workers }.
extremes = Von { $workers } Workern war { $most } am aktivsten, in { $most-share } der verfügbaren Zeit, und { $least } am wenigsten, in { $least-share }.
hour-of-the-week = { $weekday }, { $hours }
busiest = { $of ->
    [week] Die stärkste Stunde der Woche
   *[day] Die stärkste Stunde des Tages
} war { $most }: { $most-share } der verfügbaren Zeit { $narrowed ->
    [yes] entfielen darauf
   *[no] waren aktiv
}{ $quietest ->
    [yes] ; die ruhigste war { $least } mit { $least-share }
   *[no] { "" }
}.
uneven = In { $full } der { $hours } Stunden der Woche waren die Worker mindestens { $full-share } der verfügbaren Zeit beschäftigt, in { $empty } weniger als { $empty-share }: Arbeit zwischen ihnen zu verschieben, lohnt eine Überlegung.
standstill = Der längste Stillstand, mit verfügbaren, aber keinen aktiven Workern, dauerte vom { $begin } bis zum { $end }.

note-gpu-time = GPU-Zeit ist, was die Jobs gerechnet haben, fehlgeschlagene eingeschlossen; sie zählt als Ganzes zu dem Zeitpunkt, an dem ein Job endete, nach den Uhren von { $zone }.
note-active = Aktiv ist ein Worker vom Beginn eines Jobs bis zu dessen Ende, Übertragungen eingeschlossen, abgeschnitten an den Grenzen des Zeitraums, der Tage und der Stunden; verfügbar ist er von seiner Anmeldung bis zu seiner Stilllegung, und in der übrigen Zeit steht er still. Die Zahlen sind auf die Millisekunde genau und für die Anzeige gerundet, sodass gedruckte Teile von einer gedruckten Summe in der letzten Stelle abweichen können.
note-narrowed = { $filters } Worker stehen allen Projekten gleich zur Verfügung; was sie für andere taten, ist hier weder aktiv noch Stillstand, sondern andere Arbeit.
note-running = { $count ->
    [one] { $count } Job war
   *[other] { $count } Jobs waren
} am Ende noch in Arbeit: bis dahin aktiv, aber ohne GPU-Zeit, bis sie abgeschlossen sind.
note-cancelled = Nicht gezählt: { $count ->
    [one] { $count } Job, der abgebrochen wurde, bevor ein Worker ihn annahm.
   *[other] { $count } Jobs, die abgebrochen wurden, bevor ein Worker sie annahm.
}
note-first-finish = Der erste Job der Quelle endete am { $at }: Davor gelten Worker als stillstehend, und es gibt nichts zu vergleichen.
note-too-much-work = { $workers } hatte mehr Arbeit als Zeit: Laut Quelle hatte der Worker einen Job, während er nicht in Betrieb war, oder zwei zugleich.

kpi-gpu = GPU-Stunden
kpi-active = Aktiver Anteil
kpi-idle = Stillstandsstunden
kpi-failed = GPU-Zeit Fehlschläge

section-time = Aktive Zeit und Stillstand
section-project = GPU-Stunden nach Projekt
section-type = GPU-Stunden nach Szenentyp und Auflösungsstufe
section-workers = Worker
section-hours = Stärkste Stunden
work-title = Stunden aller Worker pro { grain }
work-words = Gestapelte Balken, einer pro { grain }: aktive und stillstehende Stunden von { $workers ->
    [0] keinem Worker
    [one] { $workers } Worker
   *[other] { $workers } Workern
} im Zeitraum { $period }. Von { $available } verfügbaren Stunden waren { $share } aktiv.
work-use = Nutzung
work-others = Andere Nutzungen
work-value = Stunden
active = Aktiv
other-work = Andere Arbeit
idle = Stillstand
gpu-title = GPU-Stunden pro { grain }
gpu-words = Gestapelte Balken, einer pro { grain }, nach Projekt: { $gpu } GPU-Stunden von { $projects ->
    [0] keinem Projekt
    [one] { $projects } Projekt
   *[other] { $projects } Projekten
} im Zeitraum { $period }.
gpu-value = GPU-Stunden
workers-title = Worker, die am wenigsten aktiven zuerst
workers-title-some = Die { $shown } am wenigsten aktiven Worker
workers-words = Liegende Balken, einer für jeden von { $workers ->
    [one] { $workers } Worker
   *[other] { $workers } Workern
}: der aktive Anteil der verfügbaren Zeit im Zeitraum { $period }. Am wenigsten aktiv ist { $least } mit { $share }.
workers-value = Aktiver Anteil der verfügbaren Zeit (%)
hours-title = Aktiver Anteil der verfügbaren Zeit, nach Stunde der Woche
hours-words = Eine Karte der Woche, eine Zeile pro Tag und eine Spalte pro Stunde, umso dunkler, je größer der aktive Anteil der verfügbaren Zeit im Zeitraum { $period } ist, nach den Uhren von { $zone }.
column-available = Verfügbar
column-active-share = Aktiver Anteil
column-gpu = GPU-Zeit
column-jobs = Jobs
column-in-failed = In Fehlschlägen
column-worker = Worker
column-model = GPU
column-before = Davor
column-failed = Fehlgeschlagen
column-hour = Stunde
column-all-days = Alle Tage
table-time = Zeit aller Worker pro { grain }
table-by = GPU-Stunden nach { dimension }
table-workers = Worker, längster Stillstand zuerst
table-hours = Aktiver Anteil der verfügbaren Zeit, nach Stunde und Wochentag
all-of = { $dimension ->
    [scene_type] Alle Szenentypen
    [resolution_tier] Alle Stufen
   *[project] Alle Projekte
}
all-workers = Alle { $count } Worker
