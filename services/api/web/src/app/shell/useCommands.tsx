import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { type SpotlightActionGroupData, useSpotlight } from "@mantine/spotlight";
import {
  BarChartIcon,
  BookmarkIcon,
  CalendarIcon,
  ExitIcon,
  GearIcon,
  ListBulletIcon,
  MoonIcon,
  PlusCircledIcon,
  QuestionMarkCircledIcon,
  SunIcon,
} from "@radix-ui/react-icons";
import { useInfiniteQuery, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { definitionsQuery, schedulePagesQuery } from "../../api/planning";
import { reportTypesQuery, runsQuery, sessionQuery } from "../../api/queries";
import { occasionWords } from "../../features/runs/occasions";
import { useReportTitle } from "../../features/runs/report-names";
import { useSignOut } from "../../features/session/useSignOut";
import { SECTION_LABELS, SECTIONS } from "../../pages/administration/sections";
import { days } from "../../parts/moments";
import { places } from "../navigation";
import { paletteStore } from "./palette-opening";

const LATEST_RUNS = 20;

/** What the palette offers, in groups. What there is by its name is read when it is opened. */
export function useCommands(): SpotlightActionGroupData[] {
  const { opened } = useSpotlight(paletteStore);
  const navigate = useNavigate();
  const { data: session } = useSuspenseQuery(sessionQuery);
  const { data: types } = useQuery(reportTypesQuery);
  const { data: definitions } = useQuery({ ...definitionsQuery, enabled: opened });
  const { data: schedules } = useInfiniteQuery({ ...schedulePagesQuery({}), enabled: opened });
  const { data: runs } = useInfiniteQuery({ ...runsQuery({}, LATEST_RUNS), enabled: opened });
  const titleOf = useReportTitle();
  const signOut = useSignOut();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  const role = session.signed_in?.role;
  const mayAsk = role !== "viewer";

  return [
    {
      group: "Pages",
      actions: [
        ...places
          .filter((place) => place.shown(session))
          .map((place) => ({
            id: place.to,
            label: place.label,
            description: place.about,
            leftSection: <place.icon aria-hidden />,
            onClick: () => void navigate({ to: place.to }),
          })),
        {
          id: "saved",
          label: "Saved reports",
          description: "Reports under a name, to be changed and made again",
          leftSection: <BookmarkIcon aria-hidden />,
          onClick: () => void navigate({ to: "/saved" }),
        },
        {
          id: "why",
          label: "Why did I (not) get it?",
          description: "What became of a report for somebody on a day",
          leftSection: <QuestionMarkCircledIcon aria-hidden />,
          onClick: () => void navigate({ to: "/schedules/why" }),
        },
        ...(role === "admin" ? SECTIONS : []).map((section) => ({
          id: `administration-${section}`,
          label: `Administration: ${SECTION_LABELS[section]}`,
          leftSection: <GearIcon aria-hidden />,
          onClick: () => void navigate({ to: "/administration/$section", params: { section } }),
        })),
      ],
    },
    {
      group: "New",
      actions: mayAsk
        ? [
            ...(types ?? [])
              .filter((type) => type.available)
              .map((type) => ({
                id: `new-${type.name}`,
                label: `New report: ${type.title}`,
                description: type.description,
                leftSection: <BarChartIcon aria-hidden />,
                onClick: () => void navigate({ to: "/new", search: { type: type.name } }),
              })),
            {
              id: "new-schedule",
              label: "New schedule",
              description: "Have a report made and sent by itself",
              leftSection: <PlusCircledIcon aria-hidden />,
              onClick: () => void navigate({ to: "/schedules/new" }),
            },
          ]
        : [],
    },
    {
      group: "Schedules",
      actions: (schedules?.pages[0]?.items ?? []).map((schedule) => ({
        id: schedule.id,
        label: schedule.name,
        description: schedule.definition.name,
        leftSection: <CalendarIcon aria-hidden />,
        onClick: () => void navigate({ to: "/schedules/$id", params: { id: schedule.id } }),
      })),
    },
    {
      group: "Saved reports",
      actions: (definitions?.items ?? []).map((definition) => ({
        id: definition.id,
        label: definition.name,
        description: titleOf(definition.type),
        leftSection: <BookmarkIcon aria-hidden />,
        onClick: () => void navigate({ to: "/saved/$id", params: { id: definition.id } }),
      })),
    },
    {
      group: "Latest runs",
      actions: (runs?.pages[0]?.items ?? []).map((run) => ({
        id: run.id,
        label: `${titleOf(run.type)}, ${days(run.period.from, run.period.to)}`,
        description: occasionWords(run),
        leftSection: <ListBulletIcon aria-hidden />,
        onClick: () => void navigate({ to: "/runs/$id", params: { id: run.id } }),
      })),
    },
    {
      group: "This page",
      actions: [
        {
          id: "colours",
          label: dark ? "Use light colours" : "Use dark colours",
          leftSection: dark ? <SunIcon aria-hidden /> : <MoonIcon aria-hidden />,
          onClick: () => setColorScheme(dark ? "light" : "dark"),
        },
        {
          id: "sign-out",
          label: "Sign out",
          leftSection: <ExitIcon aria-hidden />,
          onClick: signOut,
        },
      ],
    },
  ];
}
