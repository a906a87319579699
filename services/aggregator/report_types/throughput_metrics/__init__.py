"""`throughput_metrics`: how long characters take from onboarding to delivery.

A character belongs to the local day of its delivery, wherever it was onboarded. What is under
way when the period ends has an age and no turnaround: it is reported apart.
"""

from services.aggregator.report_types.throughput_metrics.report import (
    ThroughputMetrics,
    ThroughputParameters,
)

__all__ = ["ThroughputMetrics", "ThroughputParameters"]
