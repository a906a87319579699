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
): Promise<() => void> {
  const vegaLite = styled(specification, width, scheme);
  const { spec } = compile(vegaLite as unknown as TopLevelSpec);
  // The specification has its data in it; nothing is ever fetched.
  const loader = {
    load: () => Promise.reject(new Error("charts fetch nothing")),
    sanitize: () => Promise.reject(new Error("charts link to nothing")),
    http: () => Promise.reject(new Error("charts fetch nothing")),
    file: () => Promise.reject(new Error("charts fetch nothing")),
    options: {},
  };
  const view = new View(parse(spec, undefined, { ast: true }), {
    container: place,
    renderer: "svg",
    hover: true,
    expr: expressionInterpreter,
    loader: loader as never,
    tooltip: new Handler({ disableDefaultStyle: true, id: "chart-tooltip" }).call,
  } as never);
  await view.runAsync();
  return () => {
    view.finalize();
    place.replaceChildren();
  };
}
