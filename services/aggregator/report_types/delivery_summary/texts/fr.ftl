title = Livraisons

delivered = { $characters ->
    [one] { $characters } personnage a été livré
   *[other] { $characters } personnages ont été livrés
}{ so-far } { $projects ->
    [one] pour { $project }
   *[other] dans { $projects } projets
}
so-far = { $running ->
    [yes] { " " }jusqu’ici
   *[no] { "" }
}
headline-ended = { delivered }, { $against } { days-before }.
headline-running = { delivered } ; { whole-before } en comptaient { none-or-number }.
headline-not-covered = { delivered }{ not-covered }.
none-delivered = { $running ->
    [yes] Aucun personnage n’a été livré jusqu’ici
   *[no] Aucun personnage n’a été livré dans cette période
}
headline-none = { none-delivered }, { $number ->
    [0] comme pendant
   *[other] après { $number } pendant
} { days-before }.
headline-none-not-covered = { none-delivered }{ not-covered }.
headline-not-begun = La période n’a pas commencé, rien n’y a donc été livré.

year-before-running = Un an plus tôt, la période entière { $days } en comptait { none-or-number }.
year-before-told = Un an plus tôt ({ $days }), { $number ->
    [0] rien n’a été livré
    [one] { $number } personnage a été livré
   *[other] { $number } personnages ont été livrés
}
year-before = { year-before-told }.
year-before-against = { year-before-told } : cette période en compte { $against } celle-là.
largest-movement = Le plus grand mouvement est celui de { $project }, { $moved ->
    [up] en hausse
   *[down] en baisse
} de { $before } à { $now }.
silent = { $projects } { $count ->
    [one] n’a
   *[other] n’ont
}{ $also ->
    [yes] { " " }non plus
   *[no] { "" }
} rien livré, après { $lost } dans la période précédente{ $count ->
    [one] { "" }
   *[other] , au total
} : cela mérite un coup d’œil.
concentration = { $project } à lui seul représente { $share } des livraisons.
busiest = { $grain ->
    [day] Le jour le plus chargé
    [week] La semaine la plus chargée
   *[month] Le mois le plus chargé
} a été { $grain ->
    [day] le { $bucket }
    [week] la { $bucket }
   *[month] { $bucket }
} avec { characters }, { $share } du total.
characters = { $count ->
    [0] aucun personnage
    [one] { $count } personnage
   *[other] { $count } personnages
}
in-production-now = { $count ->
    [one] { $count } personnage est encore en production.
   *[other] { $count } personnages sont encore en production.
}
in-production-then = { $count ->
    [one] { $count } personnage était encore en production
   *[other] { $count } personnages étaient encore en production
} à la fin de la période.

note-counting = Un personnage compte une fois, le jour de sa livraison à l’heure de { $zone }.
note-per-day = Les livraisons par jour portent sur { $begun } des { $count } jours de la période.
note-in-production = Non comptés comme livrés, parce qu’encore en production : { characters }.
note-year-before = « Un an plus tôt » désigne la période { $days }.
note-no-year-before = Il n’y a pas de comparaison avec l’année précédente : la première livraison de la source date du { $at }.

kpi-delivered = Personnages livrés
kpi-per-day = Livrés par jour
kpi-projects = Projets avec livraisons
kpi-in-production = Encore en production
unit-characters = { $count ->
    [one] personnage
   *[other] personnages
}
unit-projects = { $count ->
    [one] projet
   *[other] projets
}

section-over-time = Livraisons au fil du temps
nothing-to-draw = Aucune livraison à représenter.
chart-title = Personnages livrés par { grain }
chart-words = Barres empilées, une par { grain }, par projet : { characters } de { $projects ->
    [one] { $projects } projet
   *[other] { $projects } projets
} dans la période { $period }. La barre la plus haute est { $peak } avec { $most }.
chart-value = Personnages livrés
table-title = Personnages livrés par projet
column-delivered = Livrés
column-year-before = Un an plus tôt
column-year-change = Sur un an
all-projects = Tous les projets
