title = Délais de réalisation

none = { $running ->
    [yes] Aucun personnage n’a été livré jusqu’ici
   *[no] Aucun personnage n’a été livré dans cette période
}, il n’y a donc pas de délai à indiquer
headline-none = { none }.
headline-none-before = { none } ; pendant { days-before } la médiane était de { $before } jours.
took = { $count ->
    [one] Le seul personnage livré{ so-far } a pris
   *[other] Les { $count } personnages livrés{ so-far } ont pris une médiane de
} { $median } jours du début à la livraison
so-far = { $running ->
    [yes] { " " }jusqu’ici
   *[no] { "" }
}
headline-not-covered = { took }{ not-covered }.
headline-none-to-compare = { took } ; rien n’a été livré pendant { days-before } à quoi comparer.
headline-beside = { took } ; pendant { days-before } la médiane était de { $before } jours.
headline-ended = { took }, { $moved } { days-before } ({ $before } jours).
headline-not-begun = La période n’a pas commencé, rien n’y a donc été livré.

p90 = Le 90e centile, dépassé une fois sur dix, était de { $p90 } jours.
p90-compared = Le 90e centile, dépassé une fois sur dix, était de { $p90 } jours ({ $before } pendant { days-before }).
largest-movement = Parmi les projets, le plus grand mouvement est celui de { $project }, dont la médiane est passée de { $before } à { $now } jours.
contrast = Parmi les types de scène, « { $slowest } » a pris le plus longtemps, avec une médiane de { $days } jours, { $times } fois celle de « { $fastest } », le plus rapide.
contrast-with-none = Parmi les types de scène, « { $slowest } » a pris le plus longtemps, avec une médiane de { $days } jours, à côté de celle de « { $fastest } », le plus rapide.
slowest = La livraison la plus lente a été { $character } de { $project } : { $days } jours, { $times } fois la médiane.
under-way = { $running ->
    [yes] { $count ->
        [one] { $count } personnage est encore en cours
       *[other] { $count } personnages sont encore en cours
    }
   *[no] { $count ->
        [one] { $count } personnage était encore en cours à la fin de la période
       *[other] { $count } personnages étaient encore en cours à la fin de la période
    }
}, { $count ->
    [one] depuis
   *[other] depuis une médiane de
} { $age } jours.
overdue-one = Le plus ancien { $running ->
    [yes] est
   *[no] était
} en cours depuis plus longtemps que le 90e centile des livraisons et mérite un coup d’œil : { $character } de { $project }, { $age } jours.
overdue = { $overdue } d’entre eux { $running ->
    [yes] sont
   *[no] étaient
} plus anciens que le 90e centile des livraisons : regardez d’abord ceux-là, surtout { $character } de { $project } avec { $age } jours.

note-turnaround = Le délai va du début à la livraison, nuits et week-ends compris ; un personnage appartient au jour de sa livraison à l’heure de { $zone }, quelle que soit la date de son début.
note-under-way = Pas dans le délai, parce que non livrés : { $count ->
    [one] { $count } personnage
   *[other] { $count } personnages
} encore en cours, dont seul l’âge actuel est connu.
note-enough = Les phrases ne comparent que ce qui a eu au moins { $enough } livraisons ; une médiane de moins change avec chacune d’elles.
note-gaps = { $count } { $grain ->
    [day] { $count ->
        [one] jour
       *[other] jours
    }
    [week] { $count ->
        [one] semaine
       *[other] semaines
    }
   *[month] mois
} sans livraison { $count ->
    [one] n’a
   *[other] n’ont
} pas de point : les lignes s’y interrompent.

kpi-median = Délai médian
kpi-p90 = 90e centile
kpi-mean = Délai moyen
kpi-delivered = Personnages livrés
kpi-under-way = Encore en cours
kpi-median-age = Âge médian en cours
unit-days = jours
unit-characters = { $count ->
    [one] personnage
   *[other] personnages
}

section-over-time = Délai au fil du temps
nothing-to-draw = Aucune livraison à représenter.
section-where = Où cela prend du temps
section-under-way = Encore en cours
section-slowest = Livraisons les plus lentes
section-figures = Chiffres au fil du temps
chart-title = Délai par { grain } de livraison
chart-words = Trois lignes, un point par { grain } : médiane, moyenne et 90e centile du délai en jours, de { $count ->
    [one] { $count } personnage
   *[other] { $count } personnages
} dans la période { $period }. Sur la période entière, la médiane est de { $median } et le 90e centile de { $p90 } jours.
chart-value = Délai (jours)
median = Médiane
mean = Moyenne
p90-title = 90e centile
column-characters = Personnages
column-median-before = Médiane avant
column-median-age = Âge médian
column-oldest = Le plus ancien
column-overdue = Au-delà du 90e centile
column-onboarded = Début
column-age = Âge
column-turnaround = Délai
table-by = Par { dimension }, la médiane la plus lente d’abord
table-under-way = En cours par projet
table-oldest = Les plus longtemps en cours
