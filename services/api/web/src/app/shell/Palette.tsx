import { Spotlight } from "@mantine/spotlight";
import { BarChartIcon } from "@radix-ui/react-icons";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { reportTypesQuery, sessionQuery } from "../../api/queries";
import { places } from "../navigation";
import { paletteStore } from "./palette-opening";

/** The command palette (⌘K, Ctrl-K): every page, and a new report of every type. */
export function Palette() {
  const navigate = useNavigate();
  const { data: session } = useSuspenseQuery(sessionQuery);
  const { data: types } = useQuery(reportTypesQuery);
  const mayAsk = session.signed_in?.role !== "viewer";

  const actions = [
    ...places
      .filter((place) => place.shown(session))
      .map((place) => ({
        id: place.to,
        label: place.label,
        description: place.about,
        leftSection: <place.icon aria-hidden />,
        onClick: () => void navigate({ to: place.to }),
      })),
    ...(mayAsk ? (types ?? []) : [])
      .filter((type) => type.available)
      .map((type) => ({
        id: `new-${type.name}`,
        label: `New report: ${type.title}`,
        description: type.description,
        leftSection: <BarChartIcon aria-hidden />,
        onClick: () => void navigate({ to: "/new", search: { type: type.name } }),
      })),
  ];

  return (
    <Spotlight
      store={paletteStore}
      actions={actions}
      nothingFound="Nothing is called that."
      highlightQuery
      scrollable
      shortcut={null}
      searchProps={{ placeholder: "Where to?", "aria-label": "Where to?" }}
    />
  );
}
