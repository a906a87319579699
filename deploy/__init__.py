"""Everything that brings Broadsheet up somewhere: on one machine, in containers, as a demo."""
