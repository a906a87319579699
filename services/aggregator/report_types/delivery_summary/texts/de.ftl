title = Lieferübersicht

delivered = { $characters ->
    [one] { $characters } Figur wurde
   *[other] { $characters } Figuren wurden
} { $projects ->
    [one] für { $project }
   *[other] in { $projects } Projekten
} geliefert
delivered-so-far = Bisher { $characters ->
    [one] wurde { $characters } Figur
   *[other] wurden { $characters } Figuren
} { $projects ->
    [one] für { $project }
   *[other] in { $projects } Projekten
} geliefert
headline-ended = { delivered }, { $against } { days-before }.
headline-running = { delivered-so-far }; { whole-before } waren es { none-or-number }.
headline-not-covered = { $running ->
    [yes] { delivered-so-far }
   *[no] { delivered }
}{ not-covered }.
none-delivered = { $running ->
    [yes] Bisher wurden keine Figuren geliefert
   *[no] In diesem Zeitraum wurden keine Figuren geliefert
}
headline-none = { none-delivered }, { $number ->
    [0] ebenso wie
   *[other] nach { $number }
} { days-before }.
headline-none-not-covered = { none-delivered }{ not-covered }.
headline-not-begun = Der Zeitraum hat noch nicht begonnen, daher wurde darin noch nichts geliefert.

year-before-running = Ein Jahr zuvor, im gesamten Zeitraum { $days }, waren es { none-or-number }.
year-before-told = Ein Jahr zuvor ({ $days }) { $number ->
    [0] wurde nichts
    [one] wurde { $number } Figur
   *[other] wurden { $number } Figuren
} geliefert
year-before = { year-before-told }.
year-before-against = { year-before-told }: In diesem Zeitraum sind es { $against } damals.
largest-movement = Die größte Veränderung gab es bei { $project }: { $moved ->
    [up] ein Anstieg
   *[down] ein Rückgang
} von { $before } auf { $now }.
silent = { $projects } { $count ->
    [one] hat
   *[other] haben
}{ $also ->
    [yes] { " " }ebenfalls
   *[no] { "" }
} nichts geliefert, nach { $count ->
    [one] { $lost }
   *[other] zusammen { $lost }
} im Zeitraum davor: Das sollte man sich ansehen.
concentration = Allein auf { $project } entfallen { $share } der Lieferungen.
busiest = { $grain ->
    [day] Der stärkste Tag
    [week] Die stärkste Woche
   *[month] Der stärkste Monat
} war { $grain ->
    [day] der { $bucket }
   *[other] { $bucket }
} mit { characters }, { $share } der Gesamtmenge.
characters = { $count ->
    [0] keine Figuren
    [one] { $count } Figur
   *[other] { $count } Figuren
}
in-production-now = { $count ->
    [one] { $count } Figur ist
   *[other] { $count } Figuren sind
} noch in Produktion.
in-production-then = Am Ende des Zeitraums { $count ->
    [one] war { $count } Figur
   *[other] waren { $count } Figuren
} noch in Produktion.

note-counting = Eine Figur zählt einmal, am Tag ihrer Lieferung nach den Uhren von { $zone }.
note-per-day = Die Lieferungen pro Tag beziehen sich auf { $begun } der { $count } Tage des Zeitraums.
note-in-production = Nicht als geliefert gezählt, weil noch in Produktion: { characters }.
note-year-before = „Ein Jahr zuvor“ ist der Zeitraum { $days }.
note-no-year-before = Ein Vergleich mit dem Vorjahr fehlt: Die erste Lieferung der Quelle ist vom { $at }.

kpi-delivered = Gelieferte Figuren
kpi-per-day = Geliefert pro Tag
kpi-projects = Projekte mit Lieferungen
kpi-in-production = Noch in Produktion
unit-characters = { $count ->
    [one] Figur
   *[other] Figuren
}
unit-projects = { $count ->
    [one] Projekt
   *[other] Projekte
}

section-over-time = Lieferungen im Zeitverlauf
nothing-to-draw = Es gibt keine Lieferungen darzustellen.
chart-title = Gelieferte Figuren pro { grain }
chart-words = Gestapelte Balken, einer pro { grain }, nach Projekt: { characters } aus { $projects ->
    [one] { $projects } Projekt
   *[other] { $projects } Projekten
} im Zeitraum { $period }. Der höchste Balken ist { $peak } mit { $most }.
chart-value = Gelieferte Figuren
table-title = Gelieferte Figuren nach Projekt
column-delivered = Geliefert
column-year-before = Ein Jahr zuvor
column-year-change = Zum Vorjahr
all-projects = Alle Projekte
