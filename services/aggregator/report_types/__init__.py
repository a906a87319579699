"""The report types. A new one is one folder here and one import line below."""

from services.aggregator.report_types.report_type import (
    Documented,
    ReportRequest,
    ReportType,
    register,
    report_types,
)

# isort: split
from services.aggregator.report_types import cost_per_character as cost_per_character  # registers
from services.aggregator.report_types import delivery_summary as delivery_summary
from services.aggregator.report_types import generation_jobs as generation_jobs
from services.aggregator.report_types import gpu_utilization as gpu_utilization
from services.aggregator.report_types import quality_metrics as quality_metrics
from services.aggregator.report_types import reviewer_productivity as reviewer_productivity
from services.aggregator.report_types import throughput_metrics as throughput_metrics
from services.aggregator.report_types import usage_summary as usage_summary

__all__ = ["Documented", "ReportRequest", "ReportType", "register", "report_types"]
