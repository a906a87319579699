days-before = { $days ->
    [one] am Tag davor
   *[other] in den { $days } Tagen davor
}
whole-before = { $days ->
    [one] am Tag davor
   *[other] in den gesamten { $days } Tagen davor
}
not-covered = ; ein Vergleich fehlt, weil die Daten { $days ->
    [one] den Tag davor
   *[other] die { $days } Tage davor
} nicht ganz abdecken
moment = { $day }, { $time } Uhr
none-or-number = { $number ->
    [0] keine
   *[other] { $number }
}

against = { $moved ->
    [after-none] nach null
    [flat] ebenso viele wie
    [up] { $amount } mehr als
   *[down] { $amount } weniger als
}
moved = { $moved ->
    [after-none] nach null
    [flat] { $of ->
        [length] ebenso lange wie
       *[amount] ebenso viel wie
    }
    [up] { $amount } { $of ->
        [length] länger als
       *[amount] mehr als
    }
   *[down] { $amount } { $of ->
        [length] kürzer als
       *[amount] weniger als
    }
}
less-than-a-tenth = weniger als 0,1 %

minutes = { $amount } { $number ->
    [one] Minute
   *[other] Minuten
}
hours = { $amount } { $number ->
    [one] Stunde
   *[other] Stunden
}
days = { $amount } { $number ->
    [one] Tag
   *[other] Tage
}
counted-days = { $count ->
    [one] { $count } Tag
   *[other] { $count } Tage
}

grain = { $grain ->
    [day] Tag
    [week] Woche
   *[month] Monat
}
grain-title = { $grain ->
    [day] Tag
    [week] ISO-Woche
   *[month] Monat
}
column-first-day = Von
column-last-day = Bis
whole-period = Ganzer Zeitraum
week = KW { $week } ({ $days })
# Short, so that a quarter of weeks stands clear of each other in a mail.
axis-week = W{ $week }
hour-of-the-day = Stunde des Tages
day-of-the-week = Wochentag
class-under = unter { $share }
class-from-to = { $first } bis { $share }
class-and-more = { $share } und mehr

mark = { $mark ->
    [bar] { $count ->
        [one] Der Balken
       *[other] Die Balken
    }
   *[point] { $count ->
        [one] Der Punkt
       *[other] Die Punkte
    }
}
coarser-grain = Das Diagramm zeigt { $grain ->
    [day] Tage
    [week] Wochen
   *[month] Monate
}: Nach { $asked ->
    [day] Tagen
    [week] Wochen
   *[month] Monaten
}, wie gewünscht, hätte es mehr als { $most } { $mark ->
    [bar] Balken
   *[point] Punkte
}.
cut-buckets = { mark } von { $buckets } { $count ->
    [one] umfasst
   *[other] umfassen
} weniger Tage als die übrigen, weil der Zeitraum mitten { $grain ->
    [day] am Tag
    [week] in der Woche
   *[month] im Monat
} beginnt oder endet.

still-running = Der Zeitraum ist noch nicht zu Ende: Seine Zahlen reichen bis { $until }, der Vergleichszeitraum davor ist vollständig.
not-begun = Der Zeitraum beginnt nach dem Datenstand vom { $until }.
late-changes = Vergangene Tage wurden als Summen gelesen, die zuletzt am { $at } oder später mit ihren Einzelwerten verglichen wurden: Eine seither eingetragene Korrektur kann fehlen.
no-data = Die Quelle enthält überhaupt keine { $of ->
    [delivery] Lieferungen
    [event] Ereignisse
    [check] Prüfungen
    [decision] entschiedenen Reviews
   *[finished-job] abgeschlossenen Jobs
}.
data-begin = { $of ->
    [delivery] Die erste Lieferung
    [event] Das erste Ereignis
    [check] Die erste Prüfung
    [decision] Die erste Entscheidung
   *[finished-job] Der erste abgeschlossene Job
} der Quelle ist vom { $at }: Davor gibt es nichts zu vergleichen.
rounded-shares = Die Anteile{ $of ->
    [event-type] { " " }der Ereignisarten
    [device] { " " }der Gerätearten
   *[all] { "" }
} sind einzeln gerundet und ergeben deshalb zusammen { $sum } statt 100 %.

filter-noun = { $noun ->
    [project] { $count ->
        [one] Projekt
       *[other] Projekte
    }
    [scene-type] { $count ->
        [one] Szenentyp
       *[other] Szenentypen
    }
    [resolution-tier] { $count ->
        [one] Auflösungsstufe
       *[other] Auflösungsstufen
    }
    [event-type] { $count ->
        [one] Ereignisart
       *[other] Ereignisarten
    }
    [kind-of-device] { $count ->
        [one] Geräteart
       *[other] Gerätearten
    }
   *[worker] { $count ->
        [one] Worker
       *[other] Worker
    }
}
filter-of = { filter-noun } { $names }
no-such-names = { $noun ->
    [project] { $count ->
        [one] kein Projekt
       *[other] keine Projekte
    }
    [scene-type] { $count ->
        [one] keinen Szenentyp
       *[other] keine Szenentypen
    }
    [resolution-tier] { $count ->
        [one] keine Auflösungsstufe
       *[other] keine Auflösungsstufen
    }
    [event-type] { $count ->
        [one] keine Ereignisart
       *[other] keine Ereignisarten
    }
    [kind-of-device] { $count ->
        [one] keine Geräteart
       *[other] keine Gerätearten
    }
   *[worker] { $count ->
        [one] keinen Worker
       *[other] keine Worker
    }
} namens { $names }
and-no-such-names = { $first } und { $second }
nothing-left = Es gibt nichts zu berichten: Die Quelle kennt { $missing }.
unknown-names = Die Quelle kennt { $missing }.
only-asked-for = Gezählt ist nur, wonach gefragt wurde: { $filters }.

title-of-part = { $title }: { $part }
definition = { $name }, Version { $version }
corrected = Korrigiert: Dieser Bericht ersetzt den vom { $day }, { $time } Uhr. { $changes }
corrected-not-kept = Dessen Zahlen sind nicht mehr gespeichert.
corrected-same = Die Hauptkennzahlen sind dieselben.
corrected-figures = { $figures }.
corrected-figures-more = { $figures }; und { $more } weitere.
no-figure = kein Wert

column-project = Projekt
column-previous = Zeitraum davor
column-change = Änderung
column-share = Anteil
other-projects = Weitere Projekte

dimension-title = { $dimension ->
    [scene_type] Szenentyp
    [resolution_tier] Stufe
   *[project] Projekt
}
dimension = { $dimension ->
    [scene_type] Szenentyp
    [resolution_tier] Auflösung
   *[project] Projekt
}
all-together = Alle zusammen
column-character = Figur
column-delivered-on = Geliefert
note-quantiles = Median und 90. Perzentil werden linear zwischen den beiden nächsten Dauern interpoliert, wie es SQLs percentile_cont tut, aus ganzen Millisekunden und ohne Zwischenrundung.

data-may-be-old = Die Daten sind möglicherweise nicht aktuell: Das Signal „{ $signal }“ war bis { $time } Uhr nicht eingetroffen.
correction-reason = Grund der Korrektur: { $reason }
