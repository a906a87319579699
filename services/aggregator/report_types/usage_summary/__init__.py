"""`usage_summary`: how much the review application is used, and by how many, beside before.

An event counts on the local day on which it happened. Users are counted and never named.
"""

from services.aggregator.report_types.usage_summary.report import (
    UsageSummary,
    UsageSummaryParameters,
)

__all__ = ["UsageSummary", "UsageSummaryParameters"]
