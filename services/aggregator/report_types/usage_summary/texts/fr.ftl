title = Utilisation

recorded = { $events ->
    [0] Aucun événement n’a été enregistré
    [one] { $events } événement a été enregistré
   *[other] { $events } événements ont été enregistrés
}{ $running ->
    [yes] { " " }jusqu’ici
   *[no] { $events ->
        [0] { " " }dans cette période
       *[other] { "" }
    }
}
headline-not-covered = { recorded }{ not-covered }.
headline-running = { recorded } ; { whole-before } en comptaient { none-or-number }.
headline-none = { recorded }, { $number ->
    [0] comme pendant
   *[other] après { $number } pendant
} { days-before }.
headline-ended = { recorded }, { $against } { days-before }.
headline-not-begun = La période n’a pas commencé, aucun événement n’y a donc été enregistré.

active = { $users ->
    [0] Personne n’a été actif
    [one] { $users } personne a été active
   *[other] { $users } personnes ont été actives
}{ $running ->
    [yes] { " " }jusqu’ici
   *[no] { "" }
}
users = { active }.
returning = { active }, { $against } { days-before } ; { $returned ->
    [0] aucune d’elles ne l’a été
    [one] { $returned } d’elles l’a été
   *[other] { $returned } d’elles l’ont été
} dans les deux périodes
users-compared = { returning }.
users-compared-and-gone = { returning }, { $gone ->
    [one] { $gone } autre
   *[other] { $gone } autres
} dans la première seulement.
largest-movement = Le plus grand mouvement est celui de « { $type } », { $moved ->
    [up] en hausse
   *[down] en baisse
} de { $before } à { $now }.
silent = Plus rien du type { $types }, après { $lost } dans la période précédente{ $count ->
    [one] { "" }
   *[other] , au total
} : cela mérite un coup d’œil.
most-by-type = { $type-share } des événements étaient du type « { $type } ».
most-by-device = { $device-share } des événements provenaient de l’appareil « { $device } ».
most-by-both = { $type-share } des événements étaient du type « { $type } » et { $device-share } provenaient de l’appareil « { $device } ».
busiest = { $grain ->
    [day] Le jour le plus chargé
    [week] La semaine la plus chargée
   *[month] Le mois le plus chargé
} a été { $grain ->
    [day] le { $bucket }
    [week] la { $bucket }
   *[month] { $bucket }
} avec { events }, { $share } du total.
events = { $count ->
    [0] aucun événement
    [one] { $count } événement
   *[other] { $count } événements
}
silent-days = Rien n’a été enregistré le { $days }.
newest-rows = Le tableau par jour montre les { $shown } lignes les plus récentes sur { $found } ; tous les autres chiffres portent sur la période entière.

note-counting = Un événement compte le jour où il s’est produit, à l’heure de { $zone }. Les jours et les types sans événement n’ont pas de ligne.
note-each-once = Les personnes et les types d’appareil comptent une fois dans chaque chiffre : qui figure dans plusieurs lignes est une personne dans le total.

kpi-events = Événements
kpi-users = Personnes actives
kpi-per-user = Événements par personne
kpi-devices = Types d’appareil
unit-events = { $count ->
    [one] événement
   *[other] événements
}
unit-users = { $count ->
    [one] personne
   *[other] personnes
}
unit-kinds = { $count ->
    [one] type
   *[other] types
}

section-over-time = Utilisation au fil du temps
nothing-to-draw = Aucun événement à représenter.
section-what = Ce qui a été fait, et sur quoi
section-days = Jour par jour
chart-title = Événements par { grain }
chart-words = Barres empilées, une par { grain }, par type d’événement : { events } de { $types ->
    [one] { $types } type
   *[other] { $types } types
} dans la période { $period }. La barre la plus haute est { $peak } avec { $most }.
column-events = Événements
column-users = Personnes
column-devices = Types d’appareil
column-type = Type d’événement
other-types = Autres types
column-device = Appareil
column-day = Jour
table-types = Événements par type
table-devices = Événements par type d’appareil
table-days = Événements par jour et type
all-types = Tous les types
all-devices = Tous les appareils
