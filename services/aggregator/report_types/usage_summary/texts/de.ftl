title = Nutzungsübersicht

recorded = { $running ->
    [yes] Bisher { $events ->
        [0] wurden keine Ereignisse
        [one] wurde { $events } Ereignis
       *[other] wurden { $events } Ereignisse
    }
   *[no] { $events ->
        [0] In diesem Zeitraum wurden keine Ereignisse
        [one] { $events } Ereignis wurde
       *[other] { $events } Ereignisse wurden
    }
} aufgezeichnet
headline-not-covered = { recorded }{ not-covered }.
headline-running = { recorded }; { whole-before } waren es { none-or-number }.
headline-none = { recorded }, { $number ->
    [0] ebenso wie
   *[other] nach { $number }
} { days-before }.
headline-ended = { recorded }, { $against } { days-before }.
headline-not-begun = Der Zeitraum hat noch nicht begonnen, daher wurde darin noch kein Ereignis aufgezeichnet.

active = { $running ->
    [yes] Bisher { $users ->
        [0] waren keine Personen
        [one] war { $users } Person
       *[other] waren { $users } Personen
    }
   *[no] { $users ->
        [0] Keine Personen waren
        [one] { $users } Person war
       *[other] { $users } Personen waren
    }
} aktiv
users = { active }.
returning = { active }, { $against } { days-before }; { $returned ->
    [0] keine davon war
    [one] { $returned } davon war
   *[other] { $returned } davon waren
} es in beiden Zeiträumen
users-compared = { returning }.
users-compared-and-gone = { returning }, { $gone ->
    [one] { $gone } weitere
   *[other] { $gone } weitere
} nur im früheren.
largest-movement = Die größte Veränderung gab es bei „{ $type }“: { $moved ->
    [up] ein Anstieg
   *[down] ein Rückgang
} von { $before } auf { $now }.
silent = { $types } kam gar nicht mehr vor, nach { $count ->
    [one] { $lost }
   *[other] zusammen { $lost }
} im Zeitraum davor: Das sollte man sich ansehen.
most-by-type = { $type-share } der Ereignisse waren von der Art „{ $type }“.
most-by-device = { $device-share } der Ereignisse kamen vom Gerät „{ $device }“.
most-by-both = { $type-share } der Ereignisse waren von der Art „{ $type }“, und { $device-share } kamen vom Gerät „{ $device }“.
busiest = { $grain ->
    [day] Der stärkste Tag
    [week] Die stärkste Woche
   *[month] Der stärkste Monat
} war { $grain ->
    [day] der { $bucket }
   *[other] { $bucket }
} mit { $count ->
    [one] { $count } Ereignis
   *[other] { $count } Ereignissen
}, { $share } der Gesamtmenge.
events = { $count ->
    [0] keine Ereignisse
    [one] { $count } Ereignis
   *[other] { $count } Ereignisse
}
silent-days = Nichts aufgezeichnet wurde am { $days }.
newest-rows = Die Tabelle nach Tagen zeigt die neuesten { $shown } von { $found } Zeilen; alle anderen Zahlen gelten für den ganzen Zeitraum.

note-counting = Ein Ereignis zählt an dem Tag, an dem es geschah, nach den Uhren von { $zone }. Tage und Ereignisarten, an denen nichts geschah, haben keine Zeile.
note-each-once = Personen und Gerätearten zählen in jeder Zahl einmal: Wer in mehreren Zeilen vorkommt, ist in der Summe eine Person.

kpi-events = Ereignisse
kpi-users = Aktive Personen
kpi-per-user = Ereignisse pro Person
kpi-devices = Gerätearten
unit-events = { $count ->
    [one] Ereignis
   *[other] Ereignisse
}
unit-users = { $count ->
    [one] Person
   *[other] Personen
}
unit-kinds = { $count ->
    [one] Art
   *[other] Arten
}

section-over-time = Nutzung im Zeitverlauf
nothing-to-draw = Es gibt keine Ereignisse darzustellen.
section-what = Was getan wurde, und womit
section-days = Tag für Tag
chart-title = Ereignisse pro { grain }
chart-words = Gestapelte Balken, einer pro { grain }, nach Ereignisart: { events } von { $types ->
    [one] { $types } Art
   *[other] { $types } Arten
} im Zeitraum { $period }. Der höchste Balken ist { $peak } mit { $most }.
column-events = Ereignisse
column-users = Personen
column-devices = Gerätearten
column-type = Ereignisart
other-types = Weitere Ereignisarten
column-device = Gerät
column-day = Tag
table-types = Ereignisse nach Art
table-devices = Ereignisse nach Geräteart
table-days = Ereignisse nach Tag und Art
all-types = Alle Arten
all-devices = Alle Geräte
