import "@fontsource-variable/open-sans/wght.css";
import "./embed.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { COLOURS } from "../app/colours";
import { Embedded } from "./Embedded";

const dark = window.matchMedia("(prefers-color-scheme: dark)");

/** As whoever looks at it prefers, whatever the page around it looks like. */
function colour(): void {
  for (const [name, value] of Object.entries(COLOURS[dark.matches ? "dark" : "light"])) {
    document.documentElement.style.setProperty(name, value);
  }
}
colour();
dark.addEventListener("change", colour);

const place = document.getElementById("figure");
if (place === null) throw new Error("the document has no place for the figure");

createRoot(place).render(
  <StrictMode>
    <Embedded address={`${location.pathname}/figures`} />
  </StrictMode>,
);
