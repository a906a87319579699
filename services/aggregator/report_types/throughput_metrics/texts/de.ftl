title = Durchlaufzeiten

none = { $running ->
    [yes] Bisher wurden keine Figuren geliefert
   *[no] In diesem Zeitraum wurden keine Figuren geliefert
}, daher gibt es keine Durchlaufzeit zu berichten
headline-none = { none }.
headline-none-before = { none }; { days-before } lag der Median bei { $before } Tagen.
took = { $count ->
    [one] Die einzige { so-far }gelieferte Figur brauchte
   *[other] Die { $count } { so-far }gelieferten Figuren brauchten im Median
} { $median } Tage vom Start bis zur Lieferung
so-far = { $running ->
    [yes] bisher{ " " }
   *[no] { "" }
}
headline-not-covered = { took }{ not-covered }.
headline-none-to-compare = { took }; { days-before } wurde nichts zum Vergleichen geliefert.
headline-beside = { took }; { days-before } lag der Median bei { $before } Tagen.
headline-ended = { took }, { $moved } { days-before } ({ $before } Tage).
headline-not-begun = Der Zeitraum hat noch nicht begonnen, daher wurde darin noch nichts geliefert.

p90 = Das 90. Perzentil, das eine von zehn überschreitet, lag bei { $p90 } Tagen.
p90-compared = Das 90. Perzentil, das eine von zehn überschreitet, lag bei { $p90 } Tagen ({ days-before }: { $before }).
largest-movement = Von den Projekten veränderte sich { $project } am stärksten: Der Median { $moved ->
    [up] stieg
   *[down] fiel
} von { $before } auf { $now } Tage.
contrast = Von den Szenentypen dauerte „{ $slowest }“ am längsten: Der Median von { $days } Tagen ist das { $times }-Fache dessen von „{ $fastest }“, dem schnellsten.
contrast-with-none = Von den Szenentypen dauerte „{ $slowest }“ am längsten, mit einem Median von { $days } Tagen neben dem von „{ $fastest }“, dem schnellsten.
slowest = Die langsamste Lieferung war { $character } aus { $project }: { $days } Tage, das { $times }-Fache des Medians.
under-way = { $running ->
    [yes] { $count ->
        [one] { $count } Figur ist noch in Arbeit
       *[other] { $count } Figuren sind noch in Arbeit
    }
   *[no] { $count ->
        [one] { $count } Figur war am Ende des Zeitraums noch in Arbeit
       *[other] { $count } Figuren waren am Ende des Zeitraums noch in Arbeit
    }
}, { $count ->
    [one] seit
   *[other] im Median seit
} { $age } Tagen.
overdue-one = Die älteste { $running ->
    [yes] ist
   *[no] war
} länger in Arbeit als das 90. Perzentil der Lieferungen und sollte angesehen werden: { $character } aus { $project }, { $age } Tage.
overdue = { $overdue } davon { $running ->
    [yes] sind
   *[no] waren
} älter als das 90. Perzentil der Lieferungen: Sehen Sie diese zuerst an, vor allem { $character } aus { $project } mit { $age } Tagen.

note-turnaround = Die Durchlaufzeit reicht vom Start bis zur Lieferung, Nächte und Wochenenden eingeschlossen; eine Figur gehört zum Tag ihrer Lieferung nach den Uhren von { $zone }, wann immer sie begonnen wurde.
note-under-way = Nicht in der Durchlaufzeit, weil nicht geliefert: { $count ->
    [one] { $count } Figur
   *[other] { $count } Figuren
} noch in Arbeit, von denen nur das bisherige Alter bekannt ist.
note-enough = Sätze vergleichen nur, was mindestens { $enough } Lieferungen hatte; ein Median von weniger ändert sich mit jeder einzelnen.
note-gaps = { $count } { $grain ->
    [day] { $count ->
        [one] Tag
       *[other] Tage
    }
    [week] { $count ->
        [one] Woche
       *[other] Wochen
    }
   *[month] { $count ->
        [one] Monat
       *[other] Monate
    }
} ohne Lieferung { $count ->
    [one] hat
   *[other] haben
} keinen Punkt: Dort haben die Linien eine Lücke.

kpi-median = Mediane Durchlaufzeit
kpi-p90 = 90. Perzentil
kpi-mean = Mittlere Durchlaufzeit
kpi-delivered = Gelieferte Figuren
kpi-under-way = Noch in Arbeit
kpi-median-age = Medianalter in Arbeit
unit-days = Tage
unit-characters = { $count ->
    [one] Figur
   *[other] Figuren
}

section-over-time = Durchlaufzeit im Zeitverlauf
nothing-to-draw = Es gibt keine Lieferungen darzustellen.
section-where = Wo es lange dauert
section-under-way = Noch in Arbeit
section-slowest = Langsamste Lieferungen
section-figures = Zahlen im Zeitverlauf
chart-title = Durchlaufzeit je { $grain ->
    [day] Liefertag
    [week] Lieferwoche
   *[month] Liefermonat
}
chart-words = Drei Linien, ein Punkt pro { grain }: Median, Mittelwert und 90. Perzentil der Durchlaufzeit in Tagen, von { $count ->
    [one] { $count } Figur
   *[other] { $count } Figuren
}, geliefert im Zeitraum { $period }. Über den ganzen Zeitraum liegt der Median bei { $median } und das 90. Perzentil bei { $p90 } Tagen.
chart-value = Durchlaufzeit (Tage)
median = Median
mean = Mittelwert
p90-title = 90. Perzentil
column-characters = Figuren
column-median-before = Median davor
column-median-age = Medianalter
column-oldest = Älteste
column-overdue = Älter als 90. Perzentil
column-onboarded = Begonnen
column-age = Alter
column-turnaround = Durchlaufzeit
table-by = Nach { dimension }, langsamster Median zuerst
table-under-way = In Arbeit nach Projekt
table-oldest = Am längsten in Arbeit
