"""`cost_per_character`: GPU time, wall-clock time and money per delivered character.

What is counted of a character is all of its jobs, whenever they ran, failed and repeated ones
included; the character belongs to the local day of its delivery.
"""

from services.aggregator.report_types.cost_per_character.report import (
    CostParameters,
    CostPerCharacter,
)

__all__ = ["CostParameters", "CostPerCharacter"]
