title = Déroulement des revues

none = { $running ->
    [yes] Aucune revue n’a été décidée jusqu’ici
   *[no] Aucune revue n’a été décidée dans cette période
}
headline-none-not-covered = { none }{ not-covered }.
headline-none = { none }, { $number ->
    [0] comme pendant
   *[other] après { $number } pendant
} { days-before }.
decided = { $reviews ->
    [one] { $reviews } revue a été décidée
   *[other] { $reviews } revues ont été décidées
} par { $people ->
    [one] { $people } personne
   *[other] { $people } personnes
} dans { $teams ->
    [0] zéro équipe
    [one] { $teams } équipe
   *[other] { $teams } équipes
}{ $running ->
    [yes] { " " }jusqu’ici
   *[no] { "" }
}
headline-not-covered = { decided }{ not-covered }.
headline-running = { decided } ; { whole-before } en comptaient { none-or-number }.
headline-ended = { decided }, { $against } { days-before }.
headline-not-begun = La période n’a pas commencé, aucune revue n’y a donc été décidée.

times = La moitié a été décidée en { $median } après la demande, neuf sur dix en { $ninetieth }.
times-compared = La moitié a été décidée en { $median } après la demande, neuf sur dix en { $ninetieth } ; dans la période précédente, { $median-before } et { $ninetieth-before }.
one-person = Une seule personne les a décidées, rien de plus n’en est donc dit.
slowest = L’équipe la plus lente est { $slowest } : sa médiane de { $slow } est { $times } fois celle de { $fastest }, la plus rapide ({ $fast }).
held-up = Elle a décidé { $decided } des revues et détient { $waiting } de celles qui attendent.
largest-movement = Le plus grand mouvement est celui de { $team }, dont la médiane est passée de { $before } à { $now }.
rejected = { $rejected ->
    [0] Aucune de { $reviews ->
        [one] { $reviews } revue n’a été refusée
       *[other] { $reviews } revues n’a été refusée
    }
   *[other] { $rejected } de { $reviews ->
        [one] { $reviews } revue
       *[other] { $reviews } revues
    } ({ $share }) { $rejected ->
        [one] a été refusée
       *[other] ont été refusées
    }
}
rejections = { rejected }.
rejections-compared = { rejected }, après { $before } dans la période précédente.
waiting-now = { $count ->
    [one] { $count } revue attend
   *[other] { $count } revues attendent
} une décision{ $earlier ->
    [0] { "" }
   *[other] , après { $earlier } au début de la période
} ; la plus ancienne attend depuis { $waited }.
waiting-then = { $count ->
    [one] { $count } revue attendait
   *[other] { $count } revues attendaient
} à la fin de la période{ $earlier ->
    [0] { "" }
   *[other] , après { $earlier } à son début
} ; la plus ancienne attendait depuis { $waited }.

note-what-for = Ce sont des chiffres du déroulement : où les revues attendent, et non la qualité du travail de quelqu’un.
note-counting = Une revue compte une fois, le jour de sa décision à l’heure de { $zone }. Elle dure de la demande à la décision, nuits et week-ends compris.
note-columns = La moitié des revues n’a pas duré plus que la médiane, neuf sur dix pas plus que le temps sous « 9 sur 10 » ; la médiane de la période précédente figure sous « Avant ». Les notes par segment sont toutes les notes des revues décidées sur tous les segments regardés.
note-waiting = Non comptées comme décidées, parce qu’encore en attente : { $count ->
    [one] { $count } revue
   *[other] { $count } revues
}.
note-together = Pour que les chiffres de personne ne soient isolés, { $count ->
    [one] { $count } équipe est comptée
   *[other] { $count } équipes sont comptées
} ensemble : celles où une seule personne a décidé, et si c’est une seule personne en tout, la plus petite des autres.
note-alone = Là où une seule personne a décidé les revues, seul leur nombre est indiqué.
note-few = Non montrées seules mais comptées avec d’autres de l’équipe, pour moins de { $least } revues : { people }.
note-with-them = Comptées avec elles, pour que les chiffres de personne ne puissent être déduits : { people }.
people = { $people ->
    [one] { $people } personne
   *[other] { $people } personnes
}
note-unseen = Les équipes trop petites pour cela ne figurent que dans le tableau par équipe, pas dans celui par personne.
note-one-line = La ligne est celle de toutes les équipes ensemble : aucune n’a décidé { $least } revues ou plus en { $grain ->
    [day] un jour
    [week] une semaine
   *[month] un mois
}.
note-lines = Les lignes sont celles des { $most } équipes ayant le plus de revues ; le tableau les contient toutes.
note-gaps = La ligne d’une équipe s’interrompt là où elle a décidé moins de { $least } revues ou où une seule personne les a décidées.

kpi-median = La moitié décidée en
kpi-ninetieth = Neuf sur dix en
kpi-approved = Approuvées
kpi-notes = Notes par segment
kpi-decided = Revues décidées
kpi-waiting = Encore en attente
unit-notes = notes
unit-reviews = { $count ->
    [one] revue
   *[other] revues
}

section-team = Par équipe
section-person = Par personne
section-over-time = Au fil du temps
nothing-to-draw = Trop peu a été décidé pour le représenter au fil du temps.
every-team = Toutes les équipes
teams-together = Équipes réunies
medians-title = Heures en lesquelles la moitié des revues a été décidée, par { grain }
medians-words = Des lignes par équipe : les heures médianes de la demande à la décision par { grain } dans la période { $period }. Le point le plus haut est { $team }, { $when }, avec { $hours } heures.
medians-value = Heures
decided-title = Revues décidées par { grain }
decided-words = Barres empilées, une par { grain }, par équipe : { $reviews ->
    [0] aucune revue
    [one] { $reviews } revue
   *[other] { $reviews } revues
} dans la période { $period }.
decided-value = Revues décidées
column-team = Équipe
other-teams = Autres équipes
column-decided = Décidées
column-rejected = Refusées
column-approved = Approuvées
column-median = Médiane
column-ninetieth = 9 sur 10
column-notes = Notes/segment
column-before = Avant
column-waiting = En attente
column-oldest = Plus ancienne
column-reviewer = Personne
table-team = Revues par équipe, la plus lente d’abord
table-person = Revues par personne, dans l’ordre des noms
others-together = Autres, comptées ensemble
table-over-time = Revues de toutes les équipes par { grain }
