"""What the figures of `generation_jobs` say: the document, from what the source answered."""

from __future__ import annotations

from services.aggregator.report_types.generation_jobs.figures import Figures
from services.aggregator.report_types.generation_jobs.messages import say
from services.aggregator.report_types.generation_jobs.sentences import notes, summary
from services.aggregator.report_types.report_type import ReportRequest, report_document
from services.aggregator.statistics.durations import HOUR
from services.aggregator.statistics.headline import kpi
from services.aggregator.statistics.ratio import ratio_kpi
from shared.document import Kpi, ReportDocument, Section, Verdict
from shared.narrowing import Narrowing

NAME = "generation_jobs"
TITLE = "Generation jobs"
_SUCCEEDED = Narrowing(parameters={"statuses": ("succeeded",)})


def document(figures: Figures, request: ReportRequest) -> ReportDocument:
    """The report that the figures make. Pure: the same figures give the same document."""
    return report_document(
        NAME,
        say("title"),
        request,
        figures.progress.as_of,
        summary=summary(figures),
        kpis=_kpis(figures),
        covered_before=figures.covered_before,
        sections=(Section(title=say("section"), tables=(figures.table,)),),
        notes=notes(figures),
    )


def _kpis(figures: Figures) -> tuple[Kpi, ...]:
    now, before, stage = figures.total, figures.previous, figures.progress.stage
    # Of the jobs of one status none or all succeeded: that is no figure about the farm.
    ran_now, ran_before = (0, 0) if figures.statuses else (now.ran, before.ran)
    return (
        kpi(
            "jobs_finished", say("kpi-finished"), now.finished, before.finished,
            unit=say("unit-jobs", count=now.finished), stage=stage,
        ),
        ratio_kpi(
            "succeeded_percent", say("kpi-succeeded"),
            (now.succeeded * 100, ran_now), (before.succeeded * 100, ran_before),
            unit="%", places=1, stage=stage, more_is=Verdict.GOOD,
        ).model_copy(update={"narrows": _SUCCEEDED}),
        ratio_kpi(
            "repeated_percent", say("kpi-repeated"),
            (now.repeated * 100, now.finished), (before.repeated * 100, before.finished),
            unit="%", places=1, stage=stage, more_is=Verdict.BAD,
        ),
        kpi(
            "gpu_hours", say("kpi-gpu"), now.gpu_milliseconds, before.gpu_milliseconds,
            divisor=HOUR, places=1, unit="h", stage=stage,
        ),
    )  # fmt: skip
