summary = Zusammenfassung
key-figures = Kennzahlen
notes = Anmerkungen
contents = Inhalt
skip = Zum Bericht springen
compared-with = Vergleichszeitraum: { $period }
days-in = Tage in { $zone }
as-of = Datenstand { $at }
generated = Erstellt { $at }
as-of-and-generated = Datenstand { $data }, erstellt { $made }.
compared = Vergleichszeitraum: { $period }.
snapshot = Datenabzug { $id }
page-of-pages = Seite { $page } von { $pages }
nothing-to-report = Für diesen Zeitraum gibt es nichts zu berichten.
nothing-to-show = Für diesen Zeitraum gibt es nichts zu zeigen.
no-rows = Keine Zeilen in diesem Zeitraum.
missing-letters = Als { $mark } gedruckt, weil keine Schrift hier sie enthält: { $characters }.
missing-letters-more = Als { $mark } gedruckt, weil keine Schrift hier sie enthält: { $characters } und { $more } weitere.

rows = { $count ->
    [one] { $count } Zeile
   *[other] { $count } Zeilen
}
cut = die ersten { $count } von { $all } Zeilen
cut-sentence = Die ersten { $count } von { $all } Zeilen.
truth = { $truth ->
    [yes] ja
   *[no] nein
}

verdict = { $verdict ->
    [good] gut
   *[bad] schlecht
}
no-earlier-figure = kein früherer Wert
was = zuvor { $figure }
no-comparison = kein Vergleich
unchanged = unverändert
direction = { $direction ->
    [up] mehr
   *[down] weniger
}
change-percent = { $amount } { direction }
change-points = { $amount } Punkte { direction }
less-than = weniger als { $amount }

corrected-subject = Korrigiert: { $subject }
files-too-large = Die Dateien sind zu groß für eine E-Mail. Hier können Sie sie abrufen:

sheet-summary = Zusammenfassung
sheet-chart-data = Diagrammdaten
column-figure = Kennzahl
column-this-period = Dieser Zeitraum
column-previous-period = Zeitraum davor
column-change = Änderung
column-direction = Richtung
column-verdict = Bewertung
sheets = Tabellenblätter
column-sheet = Blatt
column-table = Tabelle
column-rows = Zeilen
rows-from-to = { $first } bis { $last } von { $rows }
unnamed-table = Tabelle
date-format = [$-407]d. mmm yyyy
instant-format = dd.mm.yyyy hh:mm:ss
truth-format = "WAHR";"WAHR";"FALSCH"
points-unit = Punkte
chart-not-drawable = Für das Diagramm „{ $chart }“ hat eine Tabellenkalkulation keine Form: Es steht im PDF und auf der HTML-Seite.
chart-empty = Das Diagramm „{ $chart }“ ist leer.
chart-without-marks = Linien und Beschriftungen über „{ $chart }“ stehen nur im PDF und auf der HTML-Seite.
sheet-rows = Zeilen { $first } bis { $last } von { $all }: Mehr fasst ein Blatt nicht.
sheet-continues = Fortsetzung auf dem Blatt „{ $sheet }“.
remark-digits = { $count ->
    [one] { $count } Zahl hat mehr als 15 Stellen, die eine Tabellenkalkulation nicht fasst: Sie ist ein Text.
   *[other] { $count } Zahlen haben mehr als 15 Stellen, die eine Tabellenkalkulation nicht fasst: Sie sind Texte.
}
remark-kind = { $count ->
    [one] { $count } Zelle ist ein Text, weil sie nicht enthält, was ihre Spalte enthält.
   *[other] { $count } Zellen sind Texte, weil sie nicht enthalten, was ihre Spalte enthält.
}
remark-early = { $count ->
    [one] { $count } Tag vor März 1900 ist ein Text.
   *[other] { $count } Tage vor März 1900 sind Texte.
}
remark-rounded = { $count ->
    [one] { $count } Zeitpunkt ist auf die Millisekunde gerundet.
   *[other] { $count } Zeitpunkte sind auf die Millisekunde gerundet.
}
remark-twice = { $count ->
    [one] { $count } Zeitpunkt liegt in einer Stunde, die die Uhren zweimal durchliefen: Die CSV-Datei nennt den Abstand zu UTC.
   *[other] { $count } Zeitpunkte liegen in einer Stunde, die die Uhren zweimal durchliefen: Die CSV-Datei nennt den Abstand zu UTC.
}
remark-cut = { $count ->
    [one] { $count } Text ist länger, als eine Zelle sein darf, und endet mit Auslassungspunkten.
   *[other] { $count } Texte sind länger, als eine Zelle sein darf, und enden mit Auslassungspunkten.
}

no-tables = Dieser Bericht hat keine Tabellen.
