/** The services, their queues and their housekeeping in words for whoever looks after a studio. */

import type { Schemas } from "../../../api/client";
import { duration } from "../../../parts/moments";
import type { Tone } from "../../../parts/statuses";

export type Services = Schemas["ServicesView"];
export type Service = Schemas["ServiceView"];
export type Job = Schemas["JobView"];

interface About {
  title: string;
  does: string;
  /** What does not happen while it cannot work. */
  without: string;
}

const SERVICES: Record<string, About> = {
  api: {
    title: "API",
    does: "Takes requests and answers this page",
    without: "Nothing can be asked for.",
  },
  scheduler: {
    title: "Scheduler",
    does: "Starts what is due and cleans up",
    without: "No schedule fires, and what failed is not tried again.",
  },
  aggregator: {
    title: "Aggregator",
    does: "Reads the data of reports",
    without: "Reports wait for their data.",
  },
  renderer: {
    title: "Renderer",
    does: "Makes PDFs, sheets and other files",
    without: "Reports wait for their files.",
  },
  mailer: {
    title: "Mailer",
    does: "Sends reports to people",
    without: "Reports are made, and sent to nobody until it is back.",
  },
};

export function aboutService(name: string): About {
  return SERVICES[name] ?? { title: name, does: "", without: "" };
}

const QUEUES: Record<string, string> = {
  aggregator: "Reports whose data are to be read",
  renderer: "Reports whose files are to be made",
  "renderer.formats": "Further formats of reports",
  mailer: "Reports to be handed out",
  "mailer.formats": "Further formats to be handed out",
  "mailer.deliveries": "Deliveries to be sent",
  "mailer.tests": "Tests of destinations",
  commands: "Requests of other programs",
  "scheduler.signals": "Signals that data are there",
  "dead-letters": "Dead letters to be noted down",
};

export interface Waiting {
  consumer: string;
  title: string;
  /** Messages that somebody may be waiting for; in a queue that has no lanes all of them. */
  people: number;
  /** Messages of schedules and bursts; null where the queue has no lanes. */
  scheduled: number | null;
  /** Whether some of it is read by nobody. */
  unread: boolean;
}

/** What waits, a line per consumer: its lanes together. */
export function waitingOf(queues: NonNullable<Services["queues"]>["queues"]): Waiting[] {
  const lines = new Map<string, Waiting>();
  for (const queue of queues) {
    const line = lines.get(queue.consumer) ?? {
      consumer: queue.consumer,
      title: QUEUES[queue.consumer] ?? queue.consumer,
      people: 0,
      scheduled: queue.lane === null ? null : 0,
      unread: false,
    };
    if (queue.lane === null || queue.lane === "interactive") line.people += queue.ready;
    else line.scheduled = (line.scheduled ?? 0) + queue.ready;
    line.unread ||= queue.consumers === 0;
    lines.set(queue.consumer, line);
  }
  return [...lines.values()];
}

const UNUSABLE: Record<string, string> = {
  broker: "the message broker (RabbitMQ)",
  blobs: "the file storage",
  store: "the database",
};

/** What a service's processes could not use, each once. */
export function failingWords(service: Service): string {
  const failing = service.instances
    .filter((each) => each.state === "not_ready")
    .flatMap((each) => each.failing);
  return [...new Set(failing)].map((name) => UNUSABLE[name] ?? name).join(" and ");
}

/** How its processes are, for instance "2 processes" or "1 of 2 processes ready". */
export function processWords(service: Service): string {
  const living = service.instances.filter((each) => lives(each.state));
  const ready = living.filter((each) => each.state === "ready").length;
  const processes = `${living.length} ${living.length === 1 ? "process" : "processes"}`;
  if (living.length === 0) return "No process";
  return ready === living.length ? processes : `${ready} of ${processes} ready`;
}

function lives(state: Service["instances"][number]["state"]): boolean {
  return state === "ready" || state === "not_ready";
}

export interface Trouble {
  tone: Extract<Tone, "bad" | "wait">;
  title: string;
  words: string;
}

/** What is to be looked at, the services that do nothing first. */
export function troublesOf(services: readonly Service[]): Trouble[] {
  const troubles = services.flatMap((service): Trouble[] => {
    const { title, without } = aboutService(service.name);
    switch (service.state) {
      case "ready":
        return [];
      case "impaired":
        return [
          {
            tone: "wait",
            title: `Part of the ${title} is not ready`,
            words: `It cannot use ${failingWords(service)}. The rest goes on.`,
          },
        ];
      case "not_ready":
        return [
          {
            tone: "bad",
            title: `The ${title} is not ready`,
            words: `It cannot use ${failingWords(service)}. ${without}`,
          },
        ];
      case "silent":
        return [{ tone: "bad", title: `The ${title} is not heard of`, words: without }];
      case "stopped":
        return [{ tone: "bad", title: `The ${title} was stopped`, words: without }];
      case "unknown":
        return [{ tone: "bad", title: `The ${title} was never started`, words: without }];
    }
  });
  return troubles.sort((one, other) => Number(one.tone === "wait") - Number(other.tone === "wait"));
}

/** How often, for instance "every second", "every 10 min". */
export function intervalWords(seconds: number): string {
  if (seconds === 1) return "every second";
  if (seconds < 1) return "several times a second";
  if (seconds < 60) return `every ${seconds} seconds`;
  if (seconds === 60) return "every minute";
  return seconds % 60 === 0 ? `every ${seconds / 60} minutes` : `every ${duration(seconds * 1000)}`;
}

/** What a housekeeping step did, last time and since its processes began. */
export function didWords(then: number, inAll: number, locale?: string): string {
  if (inAll === 0) return "Nothing since it began";
  const last = then === 0 ? "Nothing" : then.toLocaleString(locale);
  return `${last}, ${inAll.toLocaleString(locale)} since it began`;
}
