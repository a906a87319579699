days-before = { $days ->
    [one] la veille
   *[other] les { $days } jours précédents
}
whole-before = { $days ->
    [one] la veille entière
   *[other] les { $days } jours précédents en entier
}
not-covered = { " " }; les données ne couvrent pas { $days ->
    [one] la veille
   *[other] la totalité des { $days } jours précédents
}, il n’y a donc pas de comparaison
moment = { $day } à { $time }
none-or-number = { $number ->
    [0] zéro
   *[other] { $number }
}

against = { $moved ->
    [after-none] après zéro pendant
    [flat] autant que
    [up] { $amount } de plus que
   *[down] { $amount } de moins que
}
moved = { $moved ->
    [after-none] après zéro pendant
    [flat] { $of ->
        [length] aussi longtemps que
       *[amount] autant que
    }
    [up] { $amount } de plus que
   *[down] { $amount } de moins que
}
less-than-a-tenth = moins de 0,1 %

minutes = { $amount } { $number ->
    [one] minute
   *[other] minutes
}
hours = { $amount } { $number ->
    [one] heure
   *[other] heures
}
days = { $amount } { $number ->
    [one] jour
   *[other] jours
}
counted-days = { $count ->
    [one] { $count } jour
   *[other] { $count } jours
}

grain = { $grain ->
    [day] jour
    [week] semaine
   *[month] mois
}
grain-title = { $grain ->
    [day] Jour
    [week] Semaine ISO
   *[month] Mois
}
column-first-day = Du
column-last-day = Au
whole-period = Période entière
week = semaine { $week } ({ $days })
axis-week = S{ $week }
hour-of-the-day = Heure du jour
day-of-the-week = Jour de la semaine
class-under = moins de { $share }
class-from-to = { $first } à { $share }
class-and-more = { $share } et plus

mark = { $mark ->
    [bar] { $count ->
        [one] La barre de
       *[other] Les barres de
    }
   *[point] { $count ->
        [one] Le point de
       *[other] Les points de
    }
}
coarser-grain = Le graphique est par { grain } : par { $asked ->
    [day] jour
    [week] semaine
   *[month] mois
}, comme demandé, il aurait plus de { $most } { $mark ->
    [bar] barres
   *[point] points
}.
cut-buckets = { mark } { $buckets } { $count ->
    [one] couvre
   *[other] couvrent
} moins de jours que les autres, parce que la période commence ou se termine au milieu { $grain ->
    [day] du jour
    [week] de la semaine
   *[month] du mois
}.

still-running = La période n’est pas terminée : ses chiffres vont jusqu’au { $until }, tandis que la période précédente est entière.
not-begun = La période commence après la date des données, le { $until }.
late-changes = Les jours révolus ont été lus comme des sommes, comparées à leurs lignes pour la dernière fois le { $at } ou plus tard : une correction saisie depuis peut manquer.
no-data = La source ne contient { $of ->
    [delivery] aucune livraison
    [event] aucun événement
    [check] aucun contrôle
    [decision] aucune revue décidée
   *[finished-job] aucun job terminé
}.
data-begin = { $of ->
    [delivery] La première livraison
    [event] Le premier événement
    [check] Le premier contrôle
    [decision] La première décision
   *[finished-job] Le premier job terminé
} de la source date du { $at } : avant cela, il n’y a rien à comparer.
rounded-shares = Les parts{ $of ->
    [event-type] { " " }des types d’événement
    [device] { " " }des types d’appareil
   *[all] { "" }
} sont arrondies une à une, si bien qu’imprimées elles font { $sum } et non 100 %.

filter-noun = { $noun ->
    [project] { $count ->
        [one] projet
       *[other] projets
    }
    [scene-type] { $count ->
        [one] type de scène
       *[other] types de scène
    }
    [resolution-tier] { $count ->
        [one] niveau de résolution
       *[other] niveaux de résolution
    }
    [event-type] { $count ->
        [one] type d’événement
       *[other] types d’événement
    }
    [kind-of-device] { $count ->
        [one] type d’appareil
       *[other] types d’appareil
    }
   *[worker] { $count ->
        [one] worker
       *[other] workers
    }
}
filter-of = { filter-noun } { $names }
no-such-names = aucun { $count ->
    [one] { filter-noun } nommé
   *[other] des { filter-noun } nommés
} { $names }
and-no-such-names = { $first } ni { $second }
nothing-left = Il n’y a rien à signaler : la source ne connaît { $missing }.
unknown-names = La source ne connaît { $missing }.
only-asked-for = Seul ce qui a été demandé est compté : { $filters }.

title-of-part = { $title } : { $part }
definition = { $name }, version { $version }
corrected = Corrigé : ce rapport remplace celui du { $day } à { $time }. { $changes }
corrected-not-kept = Les chiffres de celui-ci ne sont plus conservés.
corrected-same = Ses chiffres clés sont les mêmes.
corrected-figures = { $figures }.
corrected-figures-more = { $figures } ; et { $more } de plus.
no-figure = aucun

column-project = Projet
column-previous = Période précédente
column-change = Évolution
column-share = Part
other-projects = Autres projets

dimension-title = { $dimension ->
    [scene_type] Type de scène
    [resolution_tier] Niveau
   *[project] Projet
}
dimension = { $dimension ->
    [scene_type] type de scène
    [resolution_tier] niveau de résolution
   *[project] projet
}
all-together = Ensemble
column-character = Personnage
column-delivered-on = Livré
note-quantiles = La médiane et le 90e centile sont interpolés linéairement entre les deux durées les plus proches, comme le fait percentile_cont de SQL, à partir de millisecondes entières et sans arrondi intermédiaire.

data-may-be-old = Les données sont peut-être anciennes : le signal « { $signal } » n’était pas arrivé à { $time }.
correction-reason = Raison de la correction : { $reason }
