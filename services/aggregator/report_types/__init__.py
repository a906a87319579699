"""The report types. A new one is one file here and one import line below."""

from services.aggregator.report_types.report_type import (
    ReportRequest,
    ReportType,
    register,
    report_types,
)

# isort: split
from services.aggregator.report_types import delivery_summary as delivery_summary  # registers
from services.aggregator.report_types import generation_jobs as generation_jobs
from services.aggregator.report_types import reviewer_productivity as reviewer_productivity

__all__ = ["ReportRequest", "ReportType", "register", "report_types"]
