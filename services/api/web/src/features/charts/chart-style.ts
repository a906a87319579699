/** How charts look on the screen: the style of the PDF, in sizes for a screen, in two schemes. */

type Json = unknown;

export interface Scheme {
  ink: string;
  muted: string;
  rule: string;
  grid: string;
  accent: string;
  series: readonly string[];
}

/** `shared/series_colours.py`: told apart with any colour vision. */
const SERIES = [
  "#1F4E79",
  "#D98E32",
  "#3F8F6B",
  "#56B4E9",
  "#8A5A1E",
  "#A3C586",
  "#3A3F47",
  "#B07AA1",
] as const;

/** What specifications name by themselves, for a dark ground: the ground, accents, heat. */
const ON_DARK: Record<string, string> = {
  "#FFFFFF": "#131A21",
  "#1F4E79": "#7FB0DC",
  "#8A5A1E": "#C49555",
  "#3A3F47": "#B6C0CB",
  "#1B2430": "#E3E8EE",
  "#5A6573": "#A3AFBB",
  "#D3D9E0": "#323D49",
  "#EAF1F8": "#1C2C3D",
  "#B9D3EA": "#27496B",
  "#7FB0D8": "#3C6F9F",
  "#3F7FB5": "#5C91C1",
};

export const light: Scheme = {
  ink: "#1B2430",
  muted: "#5A6573",
  rule: "#D3D9E0",
  grid: "#E7EBEF",
  accent: "#1F4E79",
  series: SERIES,
};

export const dark: Scheme = {
  ink: "#E3E8EE",
  muted: "#A3AFBB",
  rule: "#323D49",
  grid: "#26303A",
  accent: "#7FB0DC",
  series: SERIES.map((colour) => ON_DARK[colour] ?? colour),
};

const FONT = '"Open Sans Variable", "Segoe UI", Arial, sans-serif';
const HEIGHT = 240;
const ROW_HEIGHT = 24;
const AXIS_HEIGHT = 52;
/** Series side by side in a legend, at a width. */
const LEGEND_COLUMN = 170;
/** Below this width labels are thinned out. */
const NARROW = 640;

type Specification = Record<string, Json>;

/** The specification as it is drawn: as wide as its place, styled, with what a hover tells.
 *
 * `opens`: a click on its marks opens what they are of. */
export function styled(
  given: Specification,
  width: number,
  scheme: Scheme,
  opens = false,
): Specification {
  const coloured = (scheme === dark ? recoloured(given) : given) as Specification;
  const specification = width < NARROW ? thinned(coloured) : coloured;
  const composed = ["facet", "hconcat", "vconcat", "concat", "repeat"].some(
    (key) => key in specification,
  );
  const whole: Specification = {
    ...told(specification),
    config: merged(config(scheme, width, opens), asObject(specification.config)),
  };
  if (composed) return whole;
  return {
    height: heightOf(specification),
    ...whole,
    width: Math.max(width, 200),
    autosize: { type: "fit", contains: "padding" },
  };
}

/** Things one below the other each need their row; everything else has one height. */
export function heightOf(specification: Specification): number {
  const y = asObject(asObject(specification.encoding).y);
  const values = asObject(specification.data).values;
  if ((y.type !== "nominal" && y.type !== "ordinal") || typeof y.field !== "string") return HEIGHT;
  const field = y.field;
  const rows = new Set((Array.isArray(values) ? values : []).map((row) => asObject(row)[field]));
  return rows.size * ROW_HEIGHT + AXIS_HEIGHT;
}

/** On a narrow screen labels that would lie upon each other are left out. */
function thinned(specification: Specification): Specification {
  const changed = { ...specification };
  const encoding = asObject(changed.encoding);
  const x = asObject(encoding.x);
  if (isObject(x.axis)) {
    const axis = { ...x.axis, labelOverlap: "greedy", labelSeparation: 6 };
    changed.encoding = { ...encoding, x: { ...x, axis } };
  }
  if (Array.isArray(changed.layer)) {
    changed.layer = changed.layer.map((part) => thinned(asObject(part)));
  }
  return changed;
}

/** With a tooltip of its encoded fields on every mark. */
function told(specification: Specification): Specification {
  const changed = { ...specification };
  if (typeof changed.mark === "string") changed.mark = { type: changed.mark, tooltip: true };
  else if (changed.mark !== undefined) changed.mark = { tooltip: true, ...asObject(changed.mark) };
  if (Array.isArray(changed.layer))
    changed.layer = changed.layer.map((part) => told(asObject(part)));
  if (changed.spec !== undefined) changed.spec = told(asObject(changed.spec));
  return changed;
}

function config(scheme: Scheme, width: number, opens: boolean): Specification {
  const size = width < 480 ? 11 : 12;
  const axis = {
    labelColor: scheme.muted,
    labelFontSize: size,
    titleColor: scheme.muted,
    titleFontSize: size,
    titleFontWeight: "normal",
    titlePadding: 8,
    domainColor: scheme.rule,
    tickColor: scheme.rule,
    gridColor: scheme.grid,
    tickSize: 4,
    labelPadding: 5,
    tickCount: 6,
  };
  return {
    font: FONT,
    background: "transparent",
    padding: 2,
    view: { stroke: null },
    mark: { color: scheme.accent, ...(opens ? { cursor: "pointer" } : {}) },
    bar: { color: scheme.accent },
    line: { color: scheme.accent, strokeWidth: 2.2 },
    area: { color: scheme.accent, opacity: 0.85 },
    point: { color: scheme.accent },
    text: { color: scheme.ink },
    rule: { color: scheme.muted },
    range: { category: scheme.series },
    axis,
    axisX: { grid: false },
    axisY: { domain: false, ticks: false },
    legend: {
      orient: "top",
      title: null,
      labelColor: scheme.ink,
      labelFontSize: size,
      symbolSize: 80,
      columnPadding: 18,
      columns: Math.max(1, Math.floor(width / LEGEND_COLUMN)),
      labelLimit: 150,
      titleFontSize: size,
      titleColor: scheme.ink,
      offset: 10,
    },
    header: { labelFontSize: size, titleFontSize: size, labelColor: scheme.ink },
    title: { fontSize: size + 1, color: scheme.ink, anchor: "start" },
  };
}

function recoloured(value: Json): Json {
  if (typeof value === "string") return ON_DARK[value.toUpperCase()] ?? value;
  if (Array.isArray(value)) return value.map(recoloured);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      // Data are of no colour.
      Object.entries(value).map(([key, part]) => [key, key === "data" ? part : recoloured(part)]),
    );
  }
  return value;
}

function merged(base: Specification, over: Specification): Specification {
  const result = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const both = isObject(result[key]) && isObject(value);
    result[key] = both ? merged(asObject(result[key]), value) : value;
  }
  return result;
}

function isObject(value: Json): value is Specification {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asObject(value: Json): Specification {
  return isObject(value) ? value : {};
}
