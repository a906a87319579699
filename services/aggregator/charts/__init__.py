"""The kinds of charts, each one Vega-Lite specification made from figures."""
