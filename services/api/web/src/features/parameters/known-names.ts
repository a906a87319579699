/** The names that the source has for a report's filters: looked up, and believed for minutes. */

import { useQuery } from "@tanstack/react-query";

import { answered, api, type Schemas } from "../../api/client";
import { inWords } from "../../api/problems";

const FIVE_MINUTES = 300_000;
type Looked = Schemas["KnownNamesView"];

export interface KnownNames {
  /** By parameter; undefined until they are known. */
  of: (parameter: string) => Schemas["NamesView"] | undefined;
  /** Why they are not known: names can be typed all the same. */
  trouble: string | undefined;
}

/** Of that report type's filters. */
export function useKnownNames(type: string): KnownNames {
  const looked = useQuery<Looked>({
    queryKey: ["names", type],
    queryFn: ({ signal }) =>
      answered(
        api.GET("/api/v1/report-types/{name}/names", { params: { path: { name: type } }, signal }),
      ),
    staleTime: FIVE_MINUTES,
    retry: false,
  });
  return {
    of: (parameter) => looked.data?.filters[parameter],
    trouble: looked.error ? inWords(looked.error) : undefined,
  };
}

/** Those of the chosen names that the source has not; none where its list is not whole. */
export function unknownNames(
  chosen: readonly string[],
  known: Schemas["NamesView"] | undefined,
): string[] {
  if (known === undefined || known.there_are > known.names.length) return [];
  const names = new Set(known.names);
  return chosen.filter((name) => !names.has(name));
}
