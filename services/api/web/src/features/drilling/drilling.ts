import { createContext, useContext } from "react";

import type { Narrowing } from "./narrowing";

export interface Drilling {
  /** Whether it is less than what is shown, and can be asked for. */
  leads: (narrowing: Narrowing) => boolean;
  open: (narrowing: Narrowing) => void;
}

/** Of the report that is shown; nothing where its parts cannot be opened. */
export const DrillingContext = createContext<Drilling | undefined>(undefined);

export function useReportDrilling(): Drilling | undefined {
  return useContext(DrillingContext);
}
