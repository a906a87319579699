"""`delivery_summary`: characters delivered, by project and over time, beside earlier periods.

A character counts once, on the local day of its delivery. All periods are read up to the as-of
time: what the source says about later is a plan, not a delivery.
"""

from services.aggregator.report_types.delivery_summary.document import document
from services.aggregator.report_types.delivery_summary.figures import Figures, YearBefore
from services.aggregator.report_types.delivery_summary.report import (
    DeliverySummary,
    DeliverySummaryParameters,
)

__all__ = ["DeliverySummary", "DeliverySummaryParameters", "Figures", "YearBefore", "document"]
