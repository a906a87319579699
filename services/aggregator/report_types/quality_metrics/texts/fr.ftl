title = Qualité

no-check = { $running ->
    [yes] Aucun contrôle automatique n’a été fait jusqu’ici
   *[no] Aucun contrôle automatique n’a été fait dans cette période
}
headline-none-not-covered = { no-check }{ not-covered }.
headline-none = { no-check } ; { days-before } en comptaient { $number ->
    [0] zéro
   *[other] { $number }
}.
passed = { $share } des { $checks ->
    [one] { $checks } contrôle automatique ont réussi
   *[other] { $checks } contrôles automatiques ont réussi
}{ $running ->
    [yes] { " " }jusqu’ici
   *[no] { "" }
}
headline-not-covered = { passed }{ not-covered }.
headline-none-to-compare = { passed } ; { days-before } n’en comptaient aucun à quoi comparer.
headline-not-clear = { passed }, ce qu’on ne peut distinguer des { $before } des { $number } pendant { days-before } : l’intervalle à 95 % de la différence est de { $interval } points.
headline-clear = { passed }, { $points } points de { $moved ->
    [up] plus
   *[down] moins
} que les { $before } pendant { days-before } (intervalle à 95 % { $interval }).
headline-not-begun = La période n’a pas commencé, rien n’y a donc été contrôlé.

repeats = Chaque première tentative a été suivie de { $repeats } répétitions en moyenne.
repeats-compared = Chaque première tentative a été suivie de { $repeats } répétitions en moyenne, après { $before } dans la période précédente.
commonest = Le défaut le plus fréquent a été « { $failure } » : { $count } de { $failed ->
    [one] { $failed } contrôle échoué
   *[other] { $failed } contrôles échoués
} ({ $share }).
largest-movement = Le plus grand mouvement est celui de « { $failure } », { moved-from-to } des contrôles.
moved-from-to = { $moved ->
    [up] en hausse
   *[down] en baisse
} de { $before } à { $after }
no-movement = Aucun défaut n’est devenu nettement plus ou moins fréquent que dans la période précédente.
outlier = Parmi les { $dimension ->
    [scene_type] types de scène
    [resolution_tier] niveaux de résolution
   *[project] projets
}, « { $name } » réussit le moins souvent : { $share } de { $checks ->
    [one] { $checks } contrôle
   *[other] { $checks } contrôles
}, contre { $others } pour les autres.
more-changes = Le tableau des changements de workflow les contient tous les { $count }.
change-unknown = De « { $change } » ({ $on }), on ne peut rien dire : { $before ->
    [0] aucun contrôle
    [one] { $before } contrôle
   *[other] { $before } contrôles
} avant et { $after ->
    [0] aucun contrôle
    [one] { $after } contrôle
   *[other] { $after } contrôles
} après.
change-not-clear = Le changement « { $change } » ({ $on }) n’a pas fait de différence nette : { $before-share } de { $before ->
    [one] { $before } contrôle
   *[other] { $before } contrôles
} ont réussi avant et { $after-share } de { $after } après, intervalle à 95 % { $interval } points{ $found ->
    [yes] { " " }; mais { $failures }
   *[no] { "" }
}.
change-clear = Après « { $change } » ({ $on }), le taux de réussite est passé de { $before-share } de { $before ->
    [one] { $before } contrôle
   *[other] { $before } contrôles
} à { $after-share } de { $after } : { $points } points, intervalle à 95 % { $interval }{ $found ->
    [yes] { " " }; { $failures }
   *[no] { "" }
}.
failure-moved = « { $failure } » { moved-from-to }
none = rien
interval = { $low } à { $high }
reading = { $reading ->
    [better] mieux
    [worse] moins bien
    [unclear] incertain
   *[no-comparison] pas de comparaison
}

note-counting = Un contrôle compte une fois, au moment où il a été fait, à l’heure de { $zone }.
note-repeats = Une répétition est une tentative après un échec ou un contrôle non réussi, telle que la source les numérote ; les tentatives comptent lorsqu’elles se terminent.
note-intervals = Les intervalles sont ceux de Newcombe (1998) pour la différence de deux parts, à 95 % pour un chiffre seul et pour toutes les lignes de même sorte d’un tableau ensemble. Ils supposent les contrôles indépendants les uns des autres. Une différence n’est dite meilleure ou moins bonne que là où l’intervalle exclut zéro ; même alors, autre chose dans ces semaines peut en être la cause.
note-around = Autour d’un changement de workflow, les contrôles de jusqu’à { $days } jours avant sont mis à côté de ceux de jusqu’à { $days } jours après, mais jamais au-delà d’un autre changement ou de la date des données ; ils peuvent donc se trouver hors de la période.
note-changes-left-out = Sur { $all } changements de workflow, les { $most } derniers sont comparés.
note-failed = Dans aucun taux de réussite, faute de résultat à contrôler : { $count ->
    [one] { $count } job échoué
   *[other] { $count } jobs échoués
}.
note-cancelled = Non comptés comme tentatives, parce qu’annulés avant de commencer : { $count ->
    [one] { $count } job
   *[other] { $count } jobs
}.
note-commonest = Le graphique des défauts montre les { $most } plus fréquents sur { $found } ; son tableau les contient tous.

pass-rate = Taux de réussite
kpi-first = Réussis du premier coup
mean-retries = Répétitions moyennes
kpi-checks = Contrôles automatiques

section-over-time = Taux de réussite au fil du temps
nothing-to-draw = Aucun contrôle à représenter.
section-failures = Défauts
no-check-failed = Aucun contrôle n’a échoué.
section-changes = Avant et après les changements de workflow
no-change = Aucun changement de workflow dans la période ou à proximité.
section-by = Taux de réussite par type de scène, niveau de résolution et projet
rates-title = Contrôles réussis par { grain }, en pour cent
rates-words = Une ligne, un point par { grain } dans la période { $period } : la part des contrôles réussis, { $share } sur la période entière.{ $marked ->
    [yes] { " " }Des traits verticaux marquent les changements de workflow de la période.
   *[no] { "" }
}
rates-value = Réussis (%)
rule-is = { $number } est « { $change } »
rules = { $count ->
    [one] Le trait vertical marque un changement de workflow
   *[other] Les traits verticaux marquent des changements de workflow
} : { $changes }.
failures-title = Défauts pour 100 contrôles, par { grain }
failures-words = Des lignes, un point par { grain } dans la période { $period } : combien de contrôles sur 100 ont trouvé { $failures }. Le plus fréquent, « { $commonest } », a été trouvé par { $share } de tous les contrôles.
failures-value = Sur 100 contrôles
column-points = Points
column-from = 95 % de
column-to = à
column-reading = Lecture
column-checks = Contrôles
column-passed = Réussis
column-first = Premières tentatives
column-repeats = Répétitions
column-failure = Défaut
column-of-failures = Des défauts
column-of-checks = Des contrôles
column-number = N°
column-measure = Mesure
column-workflow-change = Changement
column-changed = Date
column-compared-from = Comparé depuis
column-compared-until = Comparé jusqu’à
column-checks-before = Contrôles avant
column-before = Avant
column-checks-after = Contrôles après
column-after = Après
column-rate-before = Taux avant
table-over-time = Contrôles et répétitions par { grain }
table-failures = Ce que les contrôles ont trouvé, le plus fréquent d’abord
all-failures = Tous les défauts
table-changes = Changements de workflow, avec leurs numéros dans les graphiques
table-around = Contrôles avant et après chaque changement
table-by = Taux de réussite par { dimension }
all-of = { $dimension ->
    [scene_type] Tous les types de scène
    [resolution_tier] Tous les niveaux
   *[project] Tous les projets
}
