title = Coût par personnage

none = { $running ->
    [yes] Aucun personnage n’a été livré jusqu’ici
   *[no] Aucun personnage n’a été livré dans cette période
}, il n’y a donc pas de coût à indiquer
headline-none = { none }.
headline-none-before = { none } ; pendant { days-before } c’était { $before } heures de GPU.
took = { $count ->
    [one] Le seul personnage livré{ so-far } a pris { $gpu } heures de GPU
   *[other] Les { $count } personnages livrés{ so-far } ont pris chacun { $gpu } heures de GPU en moyenne
}
so-far = { $running ->
    [yes] { " " }jusqu’ici
   *[no] { "" }
}
headline-not-covered = { took }{ not-covered }.
headline-none-to-compare = { took } ; rien n’a été livré pendant { days-before } à quoi comparer.
headline-not-comparable = { took } ; il manque à la source trop de jobs antérieurs pour une comparaison.
headline-beside = { took } ; pendant { days-before } c’était { $before }.
headline-ended = { took }, { $moved } { days-before } ({ $before }).
headline-from-nothing = { took }, { $moved } { days-before }.
headline-not-begun = La période n’a pas commencé, rien n’y a donc été livré.

rate = { $amount } { $currency } l’heure de GPU
money = À { $rate }, cela fait { $each } { $currency } chacun et { $all } { $currency } en tout.
money-of-one = À { $rate }, cela fait { $each } { $currency }.
contrast = Le type de scène le plus cher a été « { $dearest } » avec { $hours } heures de GPU par personnage, { $times } fois celles de « { $cheapest } », le moins cher.
contrast-with-none = Le type de scène le plus cher a été « { $dearest } » avec { $hours } heures de GPU par personnage, à côté d’aucune pour « { $cheapest } », le moins cher.
earlier-mix = Avec les types de scène dans les proportions de la période précédente, il aurait fallu { $hours } heures de GPU, { $moved } alors.
largest-movement = Parmi les types de scène, le plus grand mouvement est celui de « { $type } », passé de { $before } à { $now } heures de GPU par personnage.
repeated = Les tentatives répétées ont pris { $share } du temps de GPU.
repeated-compared = Les tentatives répétées ont pris { $share } du temps de GPU ({ $before } pendant { days-before }).
dearest = Le personnage le plus cher a été { $character } de { $project } avec { $hours } heures de GPU, { $times } fois la moyenne : cela mérite un coup d’œil.

note-counting = Un personnage appartient au jour de sa livraison à l’heure de { $zone } ; son temps de GPU est celui de tous ses jobs, quelle que soit leur date, tentatives échouées et répétées comprises.
note-wall-clock = Le temps sur les workers va du début à la fin des jobs, transferts compris, les jobs simultanés comptant chacun ; le temps jusqu’à la livraison va du début du personnage à sa livraison.
note-not-counted = Non comptés : le temps des personnages non livrés dans la période, des scènes sans personnage et des jobs non terminés à la date des données.
note-money = Les montants sont du temps de GPU à { $rate }, arrondis seulement à l’impression.
note-enough = Les phrases ne comparent que ce qui a eu au moins { $enough } livraisons ; une moyenne de moins change avec chacune d’elles.
cut-short-now = { $cut } des { $count } de cette période
cut-short-before = { $cut } des { $count } de la période précédente
note-cut-short = Trop bas : le premier job de la source date du { $first }, et { $cut } avaient commencé avant. Ce qu’ils avaient consommé jusque-là n’est ni connu ni compté.
note-without-jobs = { $count ->
    [one] { $count } personnage sans aucun job terminé a été livré ; il compte, mais sans temps.
   *[other] { $count } personnages sans aucun job terminé ont été livrés ; ils comptent, mais sans temps.
}

kpi-cost-each = Coût par personnage
kpi-gpu-each = GPU par personnage
kpi-on-workers = Temps sur les workers
kpi-to-delivery = Jusqu’à la livraison
kpi-delivered = Personnages livrés
kpi-cost = Coût total, { $currency }
kpi-gpu = Temps de GPU total
kpi-repeated = GPU en répétitions
unit-days = jours
unit-characters = { $count ->
    [one] personnage
   *[other] personnages
}
unit-jobs = jobs

section-types = Types de scène les plus chers
section-over-time = Coût au fil du temps
section-by = Par niveau et projet
section-dearest = Personnages les plus chers
section-figures = Chiffres au fil du temps
nothing-to-draw = Aucune livraison à représenter.
types-title = Heures de GPU par personnage livré
types-words = Barres horizontales, une par type de scène, le plus cher d’abord : { $types } heures de GPU par personnage.
types-value = Heures de GPU par personnage
chart-title = Heures par personnage, par { grain } de livraison
chart-words = Deux lignes, un point par { grain } : temps de GPU et temps sur les workers, en heures par personnage, de { $count ->
    [one] { $count } personnage
   *[other] { $count } personnages
} dans la période { $period }. Sur la période entière, ce sont { $gpu } et { $workers } heures.
chart-value = Heures par personnage
gpu-time = Temps de GPU
time-on-workers = Temps sur les workers
column-characters = Personnages
column-on-workers = Sur les workers
column-to-delivery = À la livraison
column-repeated = Répété
column-gpu-before = GPU avant
column-cost = Coût
column-jobs = Jobs
table-by = Par personnage, par { dimension }, le plus cher d’abord
table-over-time = Par personnage, par { grain } de livraison
