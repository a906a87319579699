"""`quality_metrics`: how often automatic checks pass, what they find, and what changes did to it.

What counts, and when, is said in `figures.py`; how noise is told from a difference, in
`services/aggregator/statistics/intervals.py`.
"""

from services.aggregator.report_types.quality_metrics.document import document
from services.aggregator.report_types.quality_metrics.report import (
    QualityMetrics,
    QualityMetricsParameters,
)

__all__ = ["QualityMetrics", "QualityMetricsParameters", "document"]
