title = Generierungsjobs

of-status = { $status ->
    [succeeded] { $count ->
        [one] erfolgreicher
       *[other] erfolgreiche
    }
    [failed] { $count ->
        [one] fehlgeschlagener
       *[other] fehlgeschlagene
    }
   *[cancelled] { $count ->
        [one] abgebrochener
       *[other] abgebrochene
    }
}
# Behind a verb; at the beginning of a sentence there is always a number or „Bisher“.
jobs = { $count ->
    [0] keine
   *[other] { $count }
} { $narrowed ->
    [yes] { $statuses }{ " " }
   *[no] { "" }
}{ $count ->
    [one] Job
   *[other] Jobs
}
finished = { $running ->
    [yes] Bisher { $count ->
        [one] wurde
       *[other] wurden
    } { jobs } abgeschlossen
   *[no] { $count ->
        [0] In diesem Zeitraum wurden { jobs }
        [one] { jobs } wurde
       *[other] { jobs } wurden
    } abgeschlossen
}
headline-not-covered = { finished }{ not-covered }.
headline-running = { finished }; { whole-before } waren es { none-or-number }.
headline-none = { finished }, { $number ->
    [0] ebenso wie
   *[other] nach { $number }
} { days-before }.
headline-ended = { finished }, { $against } { days-before }.
headline-not-begun = Der Zeitraum hat noch nicht begonnen, daher wurde darin noch kein Job abgeschlossen.

outcome = { $ran ->
    [one] { $ran } Job lief
   *[other] { $ran } Jobs liefen
}: { $share } waren erfolgreich, und { $failed ->
    [one] { $failed } schlug
   *[other] { $failed } schlugen
} fehl; die GPUs rechneten { $hours } Stunden.
cancelled = { $count ->
    [one] { $count } Job wurde
   *[other] { $count } Jobs wurden
} vor dem Start abgebrochen.
outlier = Auf dem Worker { $worker } schlugen { $share } der { $jobs } Jobs fehl, auf allen anderen zusammen { $others }: Das sollte man sich ansehen.
first-rows = Die Tabelle enthält die ersten { $shown } von { $found } Jobs; die Zahlen darüber gelten für alle.

note-counting = Ein Job gehört zu dem Tag, an dem er endete (erfolgreich, fehlgeschlagen oder abgebrochen), nach den Uhren von { $zone }, wann immer er eingereiht wurde; die Zeilen sind nach dieser Zeit geordnet, dann nach der Nummer des Jobs.
note-statuses = Gezählt sind nur { $statuses } Jobs, daher gibt es keinen Anteil der erfolgreichen.
note-unfinished = Nicht in der Liste, weil vor dem Ende des Zeitraums eingereiht und bis zum { $at } nicht abgeschlossen: { $count ->
    [one] { $count } Job
   *[other] { $count } Jobs
}.

kpi-finished = Abgeschlossene Jobs
kpi-succeeded = Erfolgreiche Jobs
kpi-repeated = Wiederholte Versuche
kpi-gpu = GPU-Zeit
unit-jobs = { $count ->
    [one] Job
   *[other] Jobs
}

section = Jobs
table-title = Jobs nach dem Zeitpunkt ihres Abschlusses
column-job_id = Job
column-scene_id = Szene
column-character_id = Figur
column-worker = Worker
column-status = Status
column-attempt = Versuch
column-queued_at = Eingereiht
column-started_at = Begonnen
column-finished_at = Beendet
column-gpu_milliseconds = GPU-Zeit
column-scene_type = Szenentyp
column-resolution_tier = Stufe
