title = Jobs de génération

of-status = { $status ->
    [succeeded] { $count ->
        [one] réussi
       *[other] réussis
    }
    [failed] { $count ->
        [one] échoué
       *[other] échoués
    }
   *[cancelled] { $count ->
        [one] annulé
       *[other] annulés
    }
}
jobs = { $count ->
    [0] Aucun job
    [one] { $count } job
   *[other] { $count } jobs
}{ $narrowed ->
    [yes] { " " }{ $statuses }
   *[no] { "" }
}
finished = { jobs } { $count ->
    [0] ne s’est terminé
    [one] s’est terminé
   *[other] se sont terminés
}{ $running ->
    [yes] { " " }jusqu’ici
   *[no] { $count ->
        [0] { " " }dans cette période
       *[other] { "" }
    }
}
headline-not-covered = { finished }{ not-covered }.
headline-running = { finished } ; { whole-before } en comptaient { none-or-number }.
headline-none = { finished }, { $number ->
    [0] comme pendant
   *[other] après { $number } pendant
} { days-before }.
headline-ended = { finished }, { $against } { days-before }.
headline-not-begun = La période n’a pas commencé, aucun job ne s’y est donc terminé.

outcome = { $ran ->
    [one] { $ran } job a tourné
   *[other] { $ran } jobs ont tourné
} : { $share } ont réussi et { $failed ->
    [one] { $failed } a échoué
   *[other] { $failed } ont échoué
} ; les GPU ont calculé { $hours } heures.
cancelled = { $count ->
    [one] { $count } job a été annulé
   *[other] { $count } jobs ont été annulés
} avant le départ.
outlier = Sur le worker { $worker }, { $share } de ses { $jobs } jobs ont échoué, contre { $others } sur tous les autres ensemble : cela mérite un coup d’œil.
first-rows = Le tableau contient les { $shown } premiers jobs sur { $found } ; les chiffres ci-dessus portent sur tous.

note-counting = Un job appartient au jour où il s’est terminé (réussi, échoué ou annulé), à l’heure de { $zone }, quelle que soit la date de sa mise en file ; les lignes sont dans l’ordre de cette heure, puis du numéro du job.
note-statuses = Seuls les jobs { $statuses } sont comptés, il n’y a donc pas de part de ceux qui ont réussi.
note-unfinished = Absents de la liste, parce que mis en file avant la fin de la période et non terminés le { $at } : { $count ->
    [one] { $count } job
   *[other] { $count } jobs
}.

kpi-finished = Jobs terminés
kpi-succeeded = Jobs réussis
kpi-repeated = Tentatives répétées
kpi-gpu = Temps de GPU
unit-jobs = { $count ->
    [one] job
   *[other] jobs
}

section = Jobs
table-title = Jobs par heure de fin
column-job_id = Job
column-scene_id = Scène
column-character_id = Personnage
column-worker = Worker
column-status = Statut
column-attempt = Tentative
column-queued_at = En file
column-started_at = Début
column-finished_at = Fin
column-gpu_milliseconds = Temps de GPU
column-scene_type = Type de scène
column-resolution_tier = Niveau
