"""`reviewer_productivity`: how reviews get through: turnaround, approvals, notes per segment.

Made to find where work waits, not to rate people. The api and the aggregator let it through only
where the tenant has switched it on (`shared.consent`). It is by team; single people only where
that was switched on too and is asked for, and nobody with fewer than five reviews.

A review belongs to the local day of its decision.
"""

from services.aggregator.report_types.reviewer_productivity.report import (
    ReviewerProductivity,
    ReviewerProductivityParameters,
)

__all__ = ["ReviewerProductivity", "ReviewerProductivityParameters"]
