summary = Synthèse
key-figures = Chiffres clés
notes = Remarques
contents = Sommaire
skip = Aller au rapport
compared-with = Comparé à la période { $period }
days-in = jours à l’heure de { $zone }
as-of = Données au { $at }
generated = Établi le { $at }
as-of-and-generated = Données au { $data }, établi le { $made }.
compared = Comparé à la période { $period }.
snapshot = Instantané { $id }
page-of-pages = Page { $page } sur { $pages }
nothing-to-report = Il n’y a rien à signaler pour cette période.
nothing-to-show = Rien à montrer pour cette période.
no-rows = Aucune ligne dans cette période.
missing-letters = Imprimés comme { $mark }, faute de police qui les contienne : { $characters }.
missing-letters-more = Imprimés comme { $mark }, faute de police qui les contienne : { $characters } et { $more } de plus.

rows = { $count ->
    [one] { $count } ligne
   *[other] { $count } lignes
}
cut = les { $count } premières lignes sur { $all }
cut-sentence = Les { $count } premières lignes sur { $all }.
truth = { $truth ->
    [yes] oui
   *[no] non
}

verdict = { $verdict ->
    [good] bien
   *[bad] mal
}
no-earlier-figure = pas de chiffre antérieur
was = avant : { $figure }
no-comparison = pas de comparaison
unchanged = inchangé
direction = { $direction ->
    [up] de plus
   *[down] de moins
}
change-percent = { $amount } { direction }
change-points = { $amount } points { direction }
less-than = moins de { $amount }

corrected-subject = Corrigé : { $subject }
files-too-large = Les fichiers sont trop volumineux pour un e-mail. Vous pouvez les télécharger ici :

sheet-summary = Synthèse
sheet-chart-data = Données des graphiques
column-figure = Chiffre
column-this-period = Cette période
column-previous-period = Période précédente
column-change = Évolution
column-direction = Sens
column-verdict = Appréciation
sheets = Feuilles
column-sheet = Feuille
column-table = Tableau
column-rows = Lignes
rows-from-to = { $first } à { $last } de { $rows }
unnamed-table = Tableau
date-format = [$-40C]d mmm yyyy
instant-format = dd/mm/yyyy hh:mm:ss
truth-format = "VRAI";"VRAI";"FAUX"
points-unit = points
chart-not-drawable = Un tableur ne sait pas dessiner le graphique « { $chart } » : il se trouve dans le PDF et la page HTML.
chart-empty = Le graphique « { $chart } » est vide.
chart-without-marks = Les traits et les étiquettes dessinés sur « { $chart } » ne sont que dans le PDF et la page HTML.
sheet-rows = Lignes { $first } à { $last } sur { $all } : une feuille n’en contient pas plus.
sheet-continues = Suite sur la feuille « { $sheet } ».
remark-digits = { $count ->
    [one] { $count } chiffre a plus de 15 chiffres significatifs, ce qu’un tableur ne peut garder : c’est un texte.
   *[other] { $count } chiffres ont plus de 15 chiffres significatifs, ce qu’un tableur ne peut garder : ce sont des textes.
}
remark-kind = { $count ->
    [one] { $count } cellule est un texte parce qu’elle ne contient pas ce que contient sa colonne.
   *[other] { $count } cellules sont des textes parce qu’elles ne contiennent pas ce que contient leur colonne.
}
remark-early = { $count ->
    [one] { $count } jour antérieur à mars 1900 est un texte.
   *[other] { $count } jours antérieurs à mars 1900 sont des textes.
}
remark-rounded = { $count ->
    [one] { $count } heure est arrondie à la milliseconde.
   *[other] { $count } heures sont arrondies à la milliseconde.
}
remark-twice = { $count ->
    [one] { $count } heure tombe dans une heure que les horloges ont parcourue deux fois : le CSV indique son décalage.
   *[other] { $count } heures tombent dans une heure que les horloges ont parcourue deux fois : le CSV indique leur décalage.
}
remark-cut = { $count ->
    [one] { $count } texte est plus long que ne peut l’être une cellule et se termine par des points de suspension.
   *[other] { $count } textes sont plus longs que ne peut l’être une cellule et se terminent par des points de suspension.
}

no-tables = Ce rapport n’a pas de tableau.
