title = Utilisation des GPU

had = { $before-jobs ->
    [0] zéro
   *[other] { $before } heures de GPU
}
none = { $running ->
    [yes] Aucun job ne s’est terminé jusqu’ici
   *[no] Aucun job ne s’est terminé dans cette période
}
headline-none = { none } ; { days-before } en comptaient { had }.
headline-none-not-covered = { none }{ not-covered }.
went-into = { $gpu } heures de GPU sont allées dans { $jobs ->
    [one] { $jobs } job terminé
   *[other] { $jobs } jobs terminés
}{ $running ->
    [yes] { " " }jusqu’ici
   *[no] { "" }
}
headline-not-covered = { went-into }{ not-covered }.
headline-running = { went-into } ; { whole-before } en comptaient { had }.
headline-ended = { went-into }, { $moved ->
    [after-none] après zéro pendant
    [flat] à peu près autant que
    [up] { $amount } de plus que
   *[down] { $amount } de moins que
} { days-before }.
headline-not-begun = La période n’a pas commencé, aucun GPU n’y a donc travaillé.

no-worker-available = Aucun worker n’était disponible.
no-worker-active = Aucun worker n’a été actif.
utilization = Les workers ont été actifs{ $narrowed ->
    [yes] { " " }pour ce que couvre ce rapport
   *[no] { "" }
} pendant { $share } des { $available } heures où ils étaient disponibles{ $compared ->
    [yes] { " " }({ $before } dans la période précédente)
   *[no] { "" }
} ; { $others ->
    [yes] { $other } heures sont allées à d’autres travaux et ils ont été inactifs { $idle } heures
   *[no] ils ont été inactifs { $idle } heures
}.
largest-movement = Le plus grand mouvement est celui de { $project }, { $moved ->
    [up] en hausse
   *[down] en baisse
} de { $before } à { $now } heures de GPU.
failures = Sur { $worker }, { $failed } de { $jobs ->
    [one] { $jobs } job
   *[other] { $jobs } jobs
} { $failed ->
    [one] a échoué
   *[other] ont échoué
} ({ $share }), contre { $others } sur les autres workers : cela mérite un coup d’œil.
more-failures = Il en est de même sur { $workers }.
extremes = Sur { $workers } workers, { $most } a été le plus actif, pendant { $most-share } de son temps disponible, et { $least } le moins, pendant { $least-share }.
hour-of-the-week = { $weekday } { $hours }
busiest = { $of ->
    [week] L’heure de la semaine la plus chargée
   *[day] L’heure du jour la plus chargée
} a été { $most }, avec { $most-share } du temps disponible { $narrowed ->
    [yes] passé à cela
   *[no] en activité
}{ $quietest ->
    [yes] { " " }; la plus calme a été { $least } avec { $least-share }
   *[no] { "" }
}.
uneven = Pendant { $full } des { $hours } heures de la semaine, les workers étaient occupés au moins { $full-share } du temps disponible, pendant { $empty } moins de { $empty-share } : déplacer du travail de l’une à l’autre mérite réflexion.
standstill = Le plus long arrêt, avec des workers disponibles et aucun d’actif, a duré du { $begin } au { $end }.

note-gpu-time = Le temps de GPU est ce que les jobs ont calculé, échecs compris ; il compte en entier à l’instant où un job s’est terminé, à l’heure de { $zone }.
note-active = Un worker est actif du début d’un job à sa fin, transferts compris, coupé aux limites de la période, des jours et des heures ; il est disponible de son inscription à son retrait, et inactif le reste du temps. Les chiffres sont exacts à la milliseconde et arrondis pour l’affichage, si bien que des parties imprimées peuvent différer d’un total imprimé au dernier chiffre.
note-narrowed = { $filters } Les workers sont à la disposition de tous les projets ; ce qu’ils ont fait pour d’autres n’est ici ni activité ni inactivité, mais autres travaux.
note-running = { $count ->
    [one] { $count } job était
   *[other] { $count } jobs étaient
} en cours à la fin : actifs jusque-là, mais sans temps de GPU tant qu’ils ne sont pas terminés.
note-cancelled = Laissés de côté : { $count ->
    [one] { $count } job annulé avant qu’un worker ne le prenne.
   *[other] { $count } jobs annulés avant qu’un worker ne les prenne.
}
note-first-finish = Le premier job de la source s’est terminé le { $at } : avant cela, les workers comptent comme inactifs et il n’y a rien à comparer.
note-too-much-work = { $workers } avait plus de travail que de temps : d’après la source, le worker avait un job alors qu’il n’était pas en service, ou deux à la fois.

kpi-gpu = Heures de GPU
kpi-active = Part active
kpi-idle = Heures d’inactivité
kpi-failed = GPU en échecs
section-time = Temps actif et inactif
section-project = Heures de GPU par projet
section-type = Heures de GPU par type de scène et niveau de résolution
section-workers = Workers
section-hours = Heures les plus chargées
work-title = Heures de tous les workers par { grain }
work-words = Barres empilées, une par { grain } : heures actives et inactives de { $workers ->
    [0] zéro worker
    [one] { $workers } worker
   *[other] { $workers } workers
} dans la période { $period }. Sur { $available } heures disponibles, { $share } étaient actives.
work-use = Emploi
work-others = Autres emplois
work-value = Heures
active = Actif
other-work = Autres travaux
idle = Inactif
gpu-title = Heures de GPU par { grain }
gpu-words = Barres empilées, une par { grain }, par projet : { $gpu } heures de GPU de { $projects ->
    [0] zéro projet
    [one] { $projects } projet
   *[other] { $projects } projets
} dans la période { $period }.
gpu-value = Heures de GPU
workers-title = Workers, les moins actifs d’abord
workers-title-some = Les { $shown } workers les moins actifs
workers-words = Barres horizontales, une pour chacun de { $workers ->
    [one] { $workers } worker
   *[other] { $workers } workers
} : la part active de son temps disponible dans la période { $period }. Le moins actif est { $least } avec { $share }.
workers-value = Part active du temps disponible (%)
hours-title = Part active du temps disponible, par heure de la semaine
hours-words = Une carte de la semaine, une ligne par jour et une colonne par heure, d’autant plus foncée que la part active du temps disponible est grande dans la période { $period }, à l’heure de { $zone }.
column-available = Disponible
column-active-share = Part active
column-gpu = Temps de GPU
column-jobs = Jobs
column-in-failed = En échecs
column-worker = Worker
column-model = GPU
column-before = Avant
column-failed = Échoués
column-hour = Heure
column-all-days = Tous
table-time = Temps de tous les workers par { grain }
table-by = Heures de GPU par { dimension }
table-workers = Workers, les plus inactifs d’abord
table-hours = Part active du temps disponible, par heure et jour de la semaine
all-of = { $dimension ->
    [scene_type] Tous les types de scène
    [resolution_tier] Tous les niveaux
   *[project] Tous les projets
}
all-workers = Les { $count } workers
