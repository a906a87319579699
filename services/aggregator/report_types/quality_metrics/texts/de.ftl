title = Qualitätskennzahlen

no-check = { $running ->
    [yes] Bisher gab es keine automatische Prüfung
   *[no] In diesem Zeitraum gab es keine automatische Prüfung
}
headline-none-not-covered = { no-check }{ not-covered }.
headline-none = { no-check }; { days-before } waren es { $number ->
    [0] auch keine
   *[other] { $number }
}.
passed = { $running ->
    [yes] Bisher wurden { $share }
   *[no] { $share }
} von { $checks ->
    [one] { $checks } automatischen Prüfung
   *[other] { $checks } automatischen Prüfungen
} { $running ->
    [yes] bestanden
   *[no] wurden bestanden
}
headline-not-covered = { passed }{ not-covered }.
headline-none-to-compare = { passed }; { days-before } gab es keine zum Vergleichen.
headline-not-clear = { passed }, was sich von den { $before } von { $number } { days-before } nicht sicher unterscheiden lässt: Das 95-%-Intervall der Differenz ist { $interval } Punkte.
headline-clear = { passed }, { $points } Punkte { $moved ->
    [up] mehr
   *[down] weniger
} als die { $before } { days-before } (95-%-Intervall { $interval }).
headline-not-begun = Der Zeitraum hat noch nicht begonnen, daher wurde darin noch nichts geprüft.

repeats = Auf jeden ersten Versuch folgten im Mittel { $repeats } Wiederholungen.
repeats-compared = Auf jeden ersten Versuch folgten im Mittel { $repeats } Wiederholungen, nach { $before } im Zeitraum davor.
commonest = Der häufigste Fehler war „{ $failure }“: { $count } von { $failed ->
    [one] { $failed } nicht bestandenen Prüfung
   *[other] { $failed } nicht bestandenen Prüfungen
} ({ $share }).
largest-movement = Am stärksten verändert hat sich „{ $failure }“: { $moved ->
    [up] ein Anstieg
   *[down] ein Rückgang
} von { $before } auf { $after } der Prüfungen.
no-movement = Kein Fehler wurde deutlich häufiger oder seltener als im Zeitraum davor.
outlier = { $dimension ->
    [scene_type] Von den Szenentypen
    [resolution_tier] Von den Auflösungsstufen
   *[project] Von den Projekten
} besteht „{ $name }“ am seltensten: { $share } von { $checks ->
    [one] { $checks } Prüfung
   *[other] { $checks } Prüfungen
}, gegenüber { $others } bei den übrigen.
more-changes = Die Tabelle der Workflow-Änderungen enthält alle { $count }.
change-unknown = Zu „{ $change }“ ({ $on }) lässt sich nichts sagen: { $before ->
    [0] keine Prüfung
    [one] { $before } Prüfung
   *[other] { $before } Prüfungen
} davor und { $after ->
    [0] keine Prüfung
    [one] { $after } Prüfung
   *[other] { $after } Prüfungen
} danach.
change-not-clear = Die Änderung „{ $change }“ ({ $on }) machte keinen deutlichen Unterschied: { $before-share } von { $before ->
    [one] { $before } Prüfung
   *[other] { $before } Prüfungen
} davor und { $after-share } von { $after } danach wurden bestanden, 95-%-Intervall { $interval } Punkte{ $found ->
    [yes] ; jedoch: { $failures }
   *[no] { "" }
}.
change-clear = Nach „{ $change }“ ({ $on }) { $moved ->
    [up] stieg
   *[down] fiel
} die Erfolgsquote von { $before-share } von { $before ->
    [one] { $before } Prüfung
   *[other] { $before } Prüfungen
} auf { $after-share } von { $after }: { $points } Punkte, 95-%-Intervall { $interval }{ $found ->
    [yes] ; { $failures }
   *[no] { "" }
}.
failure-moved = „{ $failure }“ { $moved ->
    [up] stieg
   *[down] fiel
} von { $before } auf { $after }
none = nichts
interval = { $low } bis { $high }
reading = { $reading ->
    [better] besser
    [worse] schlechter
    [unclear] unklar
   *[no-comparison] kein Vergleich
}

note-counting = Eine Prüfung zählt einmal, zu dem Zeitpunkt, an dem sie stattfand, nach den Uhren von { $zone }.
note-repeats = Eine Wiederholung ist ein Versuch nach einem fehlgeschlagenen oder nach einer nicht bestandenen Prüfung, wie die Quelle sie nummeriert; Versuche zählen, wenn sie enden.
note-intervals = Die Intervalle sind die von Newcombe (1998) für die Differenz zweier Anteile, zu 95 % für eine Zahl allein und für alle Zeilen einer Tabelle gleicher Art zusammen. Sie nehmen Prüfungen als voneinander unabhängig an. Nur wo ein Intervall die Null ausschließt, heißt ein Unterschied besser oder schlechter; selbst dann kann etwas anderes aus jenen Wochen die Ursache sein.
note-around = Um eine Workflow-Änderung werden die Prüfungen von bis zu { $days } Tagen davor neben die von bis zu { $days } Tagen danach gestellt, aber nie über eine andere Änderung oder den Datenstand hinaus; sie können daher außerhalb des Zeitraums liegen.
note-changes-left-out = Von { $all } Workflow-Änderungen werden die letzten { $most } verglichen.
note-failed = In keiner Erfolgsquote, weil es kein Ergebnis zu prüfen gab: { $count ->
    [one] { $count } fehlgeschlagener Job
   *[other] { $count } fehlgeschlagene Jobs
}.
note-cancelled = Nicht als Versuche gezählt, weil vor dem Beginn abgebrochen: { $count ->
    [one] { $count } Job
   *[other] { $count } Jobs
}.
note-commonest = Das Diagramm der Fehler zeigt die { $most } häufigsten von { $found }; die Tabelle enthält alle.

pass-rate = Erfolgsquote
kpi-first = Im ersten Versuch bestanden
mean-retries = Mittlere Wiederholungen
kpi-checks = Automatische Prüfungen

section-over-time = Erfolgsquote im Zeitverlauf
nothing-to-draw = Es gibt keine Prüfungen darzustellen.
section-failures = Fehler
no-check-failed = Keine Prüfung schlug fehl.
section-changes = Vor und nach Workflow-Änderungen
no-change = Keine Workflow-Änderung im Zeitraum oder in seiner Nähe.
section-by = Erfolgsquote nach Szenentyp, Auflösungsstufe und Projekt
rates-title = Bestandene Prüfungen pro { grain }, in Prozent
rates-words = Eine Linie, ein Punkt pro { grain } im Zeitraum { $period }: der Anteil der bestandenen Prüfungen, { $share } über den ganzen Zeitraum.{ $marked ->
    [yes] { " " }Senkrechte Linien kennzeichnen die Workflow-Änderungen des Zeitraums.
   *[no] { "" }
}
rates-value = Bestanden (%)
rule-is = { $number } ist „{ $change }“
rules = { $count ->
    [one] Die senkrechte Linie kennzeichnet eine Workflow-Änderung
   *[other] Senkrechte Linien kennzeichnen Workflow-Änderungen
}: { $changes }.
failures-title = Fehler pro 100 Prüfungen und { grain }
failures-words = Linien, ein Punkt pro { grain } im Zeitraum { $period }: wie viele von 100 Prüfungen { $failures } fanden. Am häufigsten war „{ $commonest }“, in { $share } aller Prüfungen.
failures-value = Von 100 Prüfungen
column-points = Punkte
column-from = 95 % von
column-to = bis
column-reading = Deutung
column-checks = Prüfungen
column-passed = Bestanden
column-first = Erste Versuche
column-repeats = Wiederholungen
column-failure = Fehler
column-of-failures = Der Fehler
column-of-checks = Der Prüfungen
column-number = Nr.
column-measure = Messgröße
column-workflow-change = Änderung
column-changed = Geändert
column-compared-from = Verglichen ab
column-compared-until = Verglichen bis
column-checks-before = Prüfungen davor
column-before = Davor
column-checks-after = Prüfungen danach
column-after = Danach
column-rate-before = Quote davor
table-over-time = Prüfungen und Wiederholungen pro { grain }
table-failures = Was die Prüfungen fanden, das Häufigste zuerst
all-failures = Alle Fehler
table-changes = Workflow-Änderungen, mit ihren Nummern in den Diagrammen
table-around = Prüfungen vor und nach jeder Änderung
table-by = Erfolgsquote nach { dimension }
all-of = { $dimension ->
    [scene_type] Alle Szenentypen
    [resolution_tier] Alle Stufen
   *[project] Alle Projekte
}
