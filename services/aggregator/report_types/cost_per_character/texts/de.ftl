title = Kosten pro Figur

none = { $running ->
    [yes] Bisher wurden keine Figuren geliefert
   *[no] In diesem Zeitraum wurden keine Figuren geliefert
}, daher gibt es keine Kosten pro Figur zu berichten
headline-none = { none }.
headline-none-before = { none }; { days-before } waren es { $before } GPU-Stunden.
took = { $count ->
    [one] Die einzige { so-far }gelieferte Figur brauchte { $gpu } GPU-Stunden
   *[other] Die { $count } { so-far }gelieferten Figuren brauchten im Mittel je { $gpu } GPU-Stunden
}
so-far = { $running ->
    [yes] bisher{ " " }
   *[no] { "" }
}
headline-not-covered = { took }{ not-covered }.
headline-none-to-compare = { took }; { days-before } wurde nichts zum Vergleichen geliefert.
headline-not-comparable = { took }; für einen Vergleich fehlen in der Quelle zu viele frühere Jobs.
headline-beside = { took }; { days-before } waren es { $before }.
headline-ended = { took }, { $moved } { days-before } ({ $before }).
headline-from-nothing = { took }, { $moved } { days-before }.
headline-not-begun = Der Zeitraum hat noch nicht begonnen, daher wurde darin noch nichts geliefert.

rate = { $amount } { $currency } pro GPU-Stunde
money = Bei { $rate } sind das je { $each } { $currency } und insgesamt { $all } { $currency }.
money-of-one = Bei { $rate } sind das { $each } { $currency }.
contrast = Der teuerste Szenentyp war „{ $dearest }“ mit { $hours } GPU-Stunden pro Figur, dem { $times }-Fachen von „{ $cheapest }“, dem günstigsten.
contrast-with-none = Der teuerste Szenentyp war „{ $dearest }“ mit { $hours } GPU-Stunden pro Figur, neben keiner bei „{ $cheapest }“, dem günstigsten.
earlier-mix = Bei den Anteilen der Szenentypen aus dem Zeitraum davor wären es { $hours } GPU-Stunden gewesen, { $moved } damals.
largest-movement = Von den Szenentypen veränderte sich „{ $type }“ am stärksten: { $moved ->
    [up] Die GPU-Stunden pro Figur stiegen
   *[down] Die GPU-Stunden pro Figur sanken
} von { $before } auf { $now }.
repeated = Wiederholte Versuche brauchten { $share } der GPU-Zeit.
repeated-compared = Wiederholte Versuche brauchten { $share } der GPU-Zeit ({ days-before }: { $before }).
dearest = Die teuerste Figur war { $character } aus { $project } mit { $hours } GPU-Stunden, dem { $times }-Fachen des Mittelwerts: Das sollte man sich ansehen.

note-counting = Eine Figur gehört zum Tag ihrer Lieferung nach den Uhren von { $zone }; ihre GPU-Zeit ist die aller ihrer Jobs, wann immer sie liefen, fehlgeschlagene und wiederholte Versuche eingeschlossen.
note-wall-clock = Die Zeit auf Workern reicht vom Beginn bis zum Ende der Jobs, Übertragung eingeschlossen, gleichzeitige Jobs einzeln gezählt; die Zeit bis zur Lieferung reicht vom Start der Figur bis zu ihrer Lieferung.
note-not-counted = Nicht gezählt: die Zeit von Figuren, die im Zeitraum nicht geliefert wurden, von Szenen ohne Figur und von Jobs, die beim Datenstand noch nicht abgeschlossen waren.
note-money = Geldbeträge sind GPU-Zeit zu { $rate }, gerundet erst beim Drucken.
note-enough = Sätze vergleichen nur, was mindestens { $enough } Lieferungen hatte; ein Mittelwert von weniger ändert sich mit jeder einzelnen.
cut-short-now = { $cut } der { $count } Figuren dieses Zeitraums
cut-short-before = { $cut } der { $count } Figuren des Zeitraums davor
note-cut-short = Zu niedrig: Der erste Job der Quelle ist vom { $first }, und { $cut } wurden vorher begonnen. Was sie bis dahin verbraucht hatten, ist nicht bekannt und nicht gezählt.
note-without-jobs = { $count ->
    [one] { $count } Figur ohne einen abgeschlossenen Job wurde geliefert; sie zählt, aber ohne Zeit.
   *[other] { $count } Figuren ohne einen abgeschlossenen Job wurden geliefert; sie zählen, aber ohne Zeit.
}

kpi-cost-each = Kosten pro Figur
kpi-gpu-each = GPU-Zeit pro Figur
kpi-on-workers = Zeit auf Workern
kpi-to-delivery = Zeit bis zur Lieferung
kpi-delivered = Gelieferte Figuren
kpi-cost = Gesamtkosten, { $currency }
kpi-gpu = GPU-Zeit insgesamt
kpi-repeated = GPU-Zeit für Wiederholungen
unit-days = Tage
unit-characters = { $count ->
    [one] Figur
   *[other] Figuren
}
unit-jobs = Jobs

section-types = Teuerste Szenentypen
section-over-time = Kosten im Zeitverlauf
section-by = Nach Stufe und Projekt
section-dearest = Teuerste Figuren
section-figures = Zahlen im Zeitverlauf
nothing-to-draw = Es gibt keine Lieferungen darzustellen.
types-title = GPU-Stunden pro gelieferter Figur
types-words = Liegende Balken, einer pro Szenentyp, der teuerste zuerst: { $types } GPU-Stunden pro Figur.
types-value = GPU-Stunden pro Figur
chart-title = Stunden pro Figur, nach { $grain ->
    [day] Liefertag
    [week] Lieferwoche
   *[month] Liefermonat
}
chart-words = Zwei Linien, ein Punkt pro { grain }: GPU-Zeit und Zeit auf Workern, in Stunden pro Figur, von { $count ->
    [one] { $count } Figur
   *[other] { $count } Figuren
}, geliefert im Zeitraum { $period }. Über den ganzen Zeitraum sind es { $gpu } und { $workers } Stunden.
chart-value = Stunden pro Figur
gpu-time = GPU-Zeit
time-on-workers = Zeit auf Workern
column-characters = Figuren
column-on-workers = Auf Workern
column-to-delivery = Bis zur Lieferung
column-repeated = Wiederholt
column-gpu-before = GPU davor
column-cost = Kosten
column-jobs = Jobs
table-by = Pro Figur, nach { dimension }, das Teuerste zuerst
table-over-time = Pro Figur, nach { $grain ->
    [day] Liefertag
    [week] Lieferwoche
   *[month] Liefermonat
}
