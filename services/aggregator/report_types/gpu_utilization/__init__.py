"""`gpu_utilization`: GPU hours by what they were for, and how much of the workers' time was used.

What counts, and when, is said in `figures.py`.
"""

from services.aggregator.report_types.gpu_utilization.document import document
from services.aggregator.report_types.gpu_utilization.report import (
    GpuUtilization,
    GpuUtilizationParameters,
)

__all__ = ["GpuUtilization", "GpuUtilizationParameters", "document"]
