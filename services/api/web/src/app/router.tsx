/** Addresses and what they show. Pages are loaded when they are first opened. */

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  notFound,
  redirect,
} from "@tanstack/react-router";

import { askAheadForHome, askAheadForRun } from "../api/ahead";
import type { RunStatus } from "../api/client";
import { schedulePagesQuery } from "../api/planning";
import { queries, reportTypesQuery, runsQuery, sessionQuery } from "../api/queries";
import { SECTIONS } from "../pages/administration/sections";
import { LATEST_RUNS } from "../pages/home/latest-runs";
import type { DraftSearch } from "../pages/new-report/draft";
import { Missing } from "../parts/Missing";
import { SLICE_STATUSES } from "../parts/statuses";
import { Trouble } from "../parts/Trouble";
import { Waiting } from "../parts/Waiting";
import { addressHere } from "./return-address";
import { Shell } from "./shell/Shell";

const root = createRootRoute({ notFoundComponent: Missing });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { to?: string; trouble?: string } => ({
    to: addressHere(textOf(search.to)),
    trouble: textOf(search.trouble),
  }),
  component: lazyRouteComponent(() => import("../pages/sign-in/SignIn"), "SignIn"),
});

/** Everything that takes a session. */
export const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  beforeLoad: async ({ location }) => {
    const session = await queries.query({ ...sessionQuery, staleTime: "static" });
    if (session.signed_in === null) {
      throw redirect({ to: "/sign-in", search: { to: location.href } });
    }
  },
  component: Shell,
  notFoundComponent: Missing,
});

const home = createRoute({
  getParentRoute: () => inside,
  path: "/",
  loader: () => askAheadForHome(LATEST_RUNS),
  component: lazyRouteComponent(() => import("../pages/home/Home"), "Home"),
});

export interface NewReportSearch extends DraftSearch {
  type?: string | undefined;
  /** The run whose request is to be asked for again. */
  like?: string | undefined;
}

const newReport = createRoute({
  getParentRoute: () => inside,
  path: "/new",
  validateSearch: (search: Record<string, unknown>): NewReportSearch => ({
    type: textOf(search.type),
    like: textOf(search.like),
    preset: textOf(search.preset),
    from: textOf(search.from),
    to: textOf(search.to),
    formats: textOf(search.formats),
    language: textOf(search.language),
    with: textOf(search.with),
  }),
  loaderDeps: ({ search }) => ({ chosen: search.type !== undefined }),
  loader: ({ deps }) => {
    void queries.prefetchQuery(reportTypesQuery);
    if (deps.chosen) void import("../pages/new-report/ReportForm");
  },
  component: lazyRouteComponent(() => import("../pages/new-report/NewReport"), "NewReport"),
});

const STATUSES: readonly RunStatus[] = [
  "requested",
  "aggregating",
  "aggregated",
  "rendering",
  "completed",
  "failed",
  "cancelled",
  "skipped",
];

export interface RunsSearch {
  status?: RunStatus | undefined;
  type?: string | undefined;
  q?: string | undefined;
  by?: string | undefined;
  schedule?: string | undefined;
  definition?: string | undefined;
}

const runs = createRoute({
  getParentRoute: () => inside,
  path: "/runs",
  validateSearch: (search: Record<string, unknown>): RunsSearch => ({
    status: STATUSES.find((status) => status === search.status),
    type: textOf(search.type),
    q: textOf(search.q),
    by: textOf(search.by),
    schedule: textOf(search.schedule),
    definition: textOf(search.definition),
  }),
  loaderDeps: ({ search }) => ({
    status: search.status,
    type: search.type,
    q: search.q,
    requested_by: search.by,
    schedule: search.schedule,
    definition: search.definition,
  }),
  loader: ({ deps }) => {
    void queries.prefetchQuery(reportTypesQuery);
    void queries.prefetchInfiniteQuery(runsQuery(deps));
  },
  component: lazyRouteComponent(() => import("../pages/runs/Runs"), "Runs"),
});

export interface RunSearch {
  tab?: "timeline" | "parts" | undefined;
  /** The run to compare with. */
  compare?: string | undefined;
  /** The wider reports that it was opened from. */
  trail?: string | undefined;
  /** Of the parts of a burst: which of them, and the page of these. */
  status?: (typeof SLICE_STATUSES)[number] | undefined;
  q?: string | undefined;
  page?: string | undefined;
  /** How its tables are ordered and searched. */
  tables?: string | undefined;
}

const run = createRoute({
  getParentRoute: () => inside,
  path: "/runs/$id",
  validateSearch: (search: Record<string, unknown>): RunSearch => ({
    tab: search.tab === "timeline" || search.tab === "parts" ? search.tab : undefined,
    compare: textOf(search.compare),
    trail: textOf(search.trail),
    status: SLICE_STATUSES.find((status) => status === search.status),
    q: textOf(search.q),
    page: textOf(search.page)?.match(/^[1-9]\d{0,4}$/)?.[0],
    tables: textOf(search.tables),
  }),
  loader: ({ params }) => askAheadForRun(params.id),
  component: lazyRouteComponent(() => import("../pages/run/RunPage"), "RunPage"),
});

const SCHEDULE_STATES = ["active", "paused", "held", "disabled", "ended"] as const;

export interface SchedulesSearch {
  state?: (typeof SCHEDULE_STATES)[number] | undefined;
  owner?: string | undefined;
  q?: string | undefined;
}

const schedules = createRoute({
  getParentRoute: () => inside,
  path: "/schedules",
  validateSearch: (search: Record<string, unknown>): SchedulesSearch => ({
    state: SCHEDULE_STATES.find((state) => state === search.state),
    owner: textOf(search.owner),
    q: textOf(search.q),
  }),
  loaderDeps: ({ search }) => ({ state: search.state, owner: search.owner, q: search.q }),
  loader: ({ deps }) => void queries.prefetchInfiniteQuery(schedulePagesQuery(deps)),
  component: lazyRouteComponent(() => import("../pages/schedules/Schedules"), "Schedules"),
});

const SCHEDULE_STEPS = ["what", "when", "whom", "condition"] as const;
type ScheduleStep = (typeof SCHEDULE_STEPS)[number];

const newSchedule = createRoute({
  getParentRoute: () => inside,
  path: "/schedules/new",
  validateSearch: (
    search: Record<string, unknown>,
  ): {
    definition?: string | undefined;
    like?: string | undefined;
    step?: ScheduleStep | undefined;
  } => ({
    definition: textOf(search.definition),
    // The run whose report is to come by itself.
    like: textOf(search.like),
    step: SCHEDULE_STEPS.find((step) => step === search.step),
  }),
  component: lazyRouteComponent(() => import("../pages/schedule-form/ScheduleForm"), "NewSchedule"),
});

const schedule = createRoute({
  getParentRoute: () => inside,
  path: "/schedules/$id",
  component: lazyRouteComponent(() => import("../pages/schedule/SchedulePage"), "SchedulePage"),
});

const editSchedule = createRoute({
  getParentRoute: () => inside,
  path: "/schedules/$id/edit",
  validateSearch: (search: Record<string, unknown>): { step?: ScheduleStep | undefined } => ({
    step: SCHEDULE_STEPS.find((step) => step === search.step),
  }),
  component: lazyRouteComponent(
    () => import("../pages/schedule-form/ScheduleForm"),
    "EditSchedule",
  ),
});

export interface SavedSearch {
  q?: string | undefined;
  type?: string | undefined;
  owner?: string | undefined;
}

const saved = createRoute({
  getParentRoute: () => inside,
  path: "/saved",
  validateSearch: (search: Record<string, unknown>): SavedSearch => ({
    q: textOf(search.q),
    type: textOf(search.type),
    owner: textOf(search.owner),
  }),
  component: lazyRouteComponent(() => import("../pages/saved/Saved"), "Saved"),
});

const savedReport = createRoute({
  getParentRoute: () => inside,
  path: "/saved/$id",
  component: lazyRouteComponent(() => import("../pages/saved/SavedReport"), "SavedReport"),
});

const why = createRoute({
  getParentRoute: () => inside,
  path: "/schedules/why",
  validateSearch: (
    search: Record<string, unknown>,
  ): { recipient?: string | undefined; date?: string | undefined } => ({
    recipient: textOf(search.recipient),
    date: textOf(search.date)?.match(/^\d{4}-\d{2}-\d{2}$/)?.[0],
  }),
  component: lazyRouteComponent(() => import("../pages/why/Why"), "Why"),
});

const DELIVERY_STATUSES = [
  "pending",
  "sending",
  "deferred",
  "sent",
  "uncertain",
  "bounced",
  "suppressed",
  "failed",
  "cancelled",
] as const;

export interface DeliveriesSearch {
  recipient?: string | undefined;
  status?: (typeof DELIVERY_STATUSES)[number] | undefined;
  channel?: string | undefined;
  run?: string | undefined;
}

const deliveries = createRoute({
  getParentRoute: () => inside,
  path: "/deliveries",
  validateSearch: (search: Record<string, unknown>): DeliveriesSearch => ({
    recipient: textOf(search.recipient),
    status: DELIVERY_STATUSES.find((status) => status === search.status),
    channel: textOf(search.channel),
    run: textOf(search.run),
  }),
  component: lazyRouteComponent(() => import("../pages/deliveries/Deliveries"), "Deliveries"),
});

const delivery = createRoute({
  getParentRoute: () => inside,
  path: "/deliveries/$id",
  component: lazyRouteComponent(() => import("../pages/delivery/DeliveryPage"), "DeliveryPage"),
});

const administration = createRoute({
  getParentRoute: () => inside,
  path: "/administration",
  beforeLoad: () => {
    throw redirect({ to: "/administration/$section", params: { section: "members" } });
  },
});

const LETTER_STATUSES = ["parked", "replayed", "discarded"] as const;

export interface AdministrationSearch {
  /** What the audit log is searched for. */
  q?: string | undefined;
  /** Of dead letters: which of them; those that wait. */
  status?: (typeof LETTER_STATUSES)[number] | undefined;
}

const administrationSection = createRoute({
  getParentRoute: () => inside,
  path: "/administration/$section",
  params: {
    parse: ({ section }) => {
      const known = SECTIONS.find((each) => each === section);
      if (known === undefined) throw notFound();
      return { section: known };
    },
    stringify: (params) => params,
  },
  validateSearch: (search: Record<string, unknown>): AdministrationSearch => ({
    q: textOf(search.q),
    status: LETTER_STATUSES.find((status) => status === search.status),
  }),
  component: lazyRouteComponent(
    () => import("../pages/administration/Administration"),
    "Administration",
  ),
});

const inbox = createRoute({
  getParentRoute: () => inside,
  path: "/inbox",
  component: lazyRouteComponent(() => import("../pages/inbox/Inbox"), "Inbox"),
});

const mail = createRoute({
  getParentRoute: () => inside,
  path: "/inbox/$id",
  validateSearch: (search: Record<string, unknown>): { view?: "text" | "headers" | undefined } => ({
    view: search.view === "text" || search.view === "headers" ? search.view : undefined,
  }),
  component: lazyRouteComponent(() => import("../pages/inbox/Mail"), "Mail"),
});

const routeTree = root.addChildren([
  signIn,
  inside.addChildren([
    ...[home, newReport, runs, run, inbox, mail],
    ...[saved, savedReport],
    ...[schedules, newSchedule, schedule, editSchedule, why, deliveries, delivery],
    ...[administration, administrationSection],
  ]),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: "intent",
  defaultPendingComponent: Waiting,
  defaultErrorComponent: Trouble,
  defaultNotFoundComponent: Missing,
  scrollRestoration: true,
  // Search parameters as people write them: `?q=12` is the text "12".
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const given = Object.entries(search).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string" && entry[1] !== "",
    );
    return given.length > 0 ? `?${new URLSearchParams(given).toString()}` : "";
  },
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
