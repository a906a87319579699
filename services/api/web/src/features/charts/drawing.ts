/** Vega, loaded when the first chart is drawn. Its expressions are interpreted: no `eval`. */

import { parse, View } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type TopLevelSpec } from "vega-lite";
import { Handler } from "vega-tooltip";

import { type Scheme, styled } from "./chart-style";

/** Draw into the element; the returned function takes it away again. */
export async function draw(
  place: HTMLElement,
  specification: Record<string, unknown>,
  width: number,
  scheme: Scheme,
  onMark?: (datum: Readonly<Record<string, unknown>>) => void,
): Promise<() => void> {
  const vegaLite = styled(specification, width, scheme, onMark !== undefined);
  const { spec } = compile(vegaLite as unknown as TopLevelSpec);
  // The specification has its data in it; nothing is ever fetched.
  const loader = {
    load: () => Promise.reject(new Error("charts fetch nothing")),
    sanitize: () => Promise.reject(new Error("charts link to nothing")),
    http: () => Promise.reject(new Error("charts fetch nothing")),
    file: () => Promise.reject(new Error("charts fetch nothing")),
    options: {},
  };
  // Its own, so that taking it away leaves alone what was drawn in its place meanwhile.
  const sheet = place.appendChild(document.createElement("div"));
  const view = new View(parse(spec, undefined, { ast: true }), {
    container: sheet,
    renderer: "svg",
    hover: true,
    expr: expressionInterpreter,
    loader: loader as never,
    tooltip: new Handler({ disableDefaultStyle: true, id: "chart-tooltip" }).call,
  } as never);
  if (onMark) {
    view.addEventListener("click", (_event, item) => {
      const datum: unknown = item?.datum;
      if (typeof datum === "object" && datum !== null) onMark(datum as Record<string, unknown>);
    });
  }
  await view.runAsync();
  return () => {
    view.finalize();
    sheet.remove();
  };
}
