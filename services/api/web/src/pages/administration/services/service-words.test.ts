import { describe, expect, it } from "vitest";

import {
  didWords,
  failingWords,
  intervalWords,
  processWords,
  type Service,
  troublesOf,
  waitingOf,
} from "./service-words";

type Instance = Service["instances"][number];

const instance = (state: Instance["state"], ...failing: string[]): Instance => ({
  id: "0193",
  process: "studio:7",
  state,
  failing,
  started_at: "2026-11-22T08:00:00Z",
  heard_at: "2026-11-22T09:00:00Z",
  stopped_at: null,
  silent_after_seconds: 35,
});

const service = (name: string, state: Service["state"], ...instances: Instance[]): Service => ({
  name,
  state,
  heard_at: "2026-11-22T09:00:00Z",
  instances,
});

describe("what is to be looked at", () => {
  it("is nothing while all services are ready", () => {
    expect(troublesOf([service("api", "ready", instance("ready"))])).toEqual([]);
  });
  it("says what does not happen meanwhile, the worst first", () => {
    const troubles = troublesOf([
      service("renderer", "impaired", instance("ready"), instance("not_ready", "blobs")),
      service("scheduler", "silent", instance("silent")),
    ]);
    expect(troubles.map((each) => [each.tone, each.title])).toEqual([
      ["bad", "The Scheduler is not heard of"],
      ["wait", "Part of the Renderer is not ready"],
    ]);
    expect(troubles[0]?.words).toContain("No schedule fires");
    expect(troubles[1]?.words).toContain("the file storage");
  });
});

describe("a service's processes", () => {
  it("are counted as long as they are heard of", () => {
    const one = service("mailer", "impaired", instance("ready"), instance("not_ready", "broker"));
    expect(processWords(one)).toBe("1 of 2 processes ready");
    expect(processWords(service("mailer", "ready", instance("ready"), instance("silent")))).toBe(
      "1 process",
    );
    expect(processWords(service("mailer", "silent", instance("silent")))).toBe("No process");
  });
  it("name what they cannot use once, and not what one said before it fell silent", () => {
    const one = service(
      "mailer",
      "not_ready",
      instance("not_ready", "broker"),
      instance("not_ready", "broker", "blobs"),
      instance("silent", "store"),
    );
    expect(failingWords(one)).toBe("the message broker (RabbitMQ) and the file storage");
  });
});

describe("what waits", () => {
  const queue = (
    consumer: string,
    lane: "interactive" | "bulk" | "backlog" | null,
    ready: number,
    consumers = 1,
  ) => ({ name: `${consumer}.${lane}`, consumer, lane, ready, consumers });

  it("is a line per consumer, with the lanes of schedules together", () => {
    const lines = waitingOf([
      queue("aggregator", "interactive", 1),
      queue("aggregator", "bulk", 20),
      queue("aggregator", "backlog", 300, 0),
      queue("dead-letters", null, 2),
    ]);
    expect(lines.map((line) => [line.people, line.scheduled, line.unread])).toEqual([
      [1, 320, true],
      [2, null, false],
    ]);
  });
});

describe("what a step did", () => {
  it("is said for the last time and since it began", () => {
    expect([didWords(3, 1200, "en"), didWords(0, 12, "en"), didWords(0, 0, "en")]).toEqual([
      "3, 1,200 since it began",
      "Nothing, 12 since it began",
      "Nothing since it began",
    ]);
  });
});

describe("an interval", () => {
  it("is said in the largest whole unit", () => {
    expect([0.3, 1, 2, 60, 600, 90].map(intervalWords)).toEqual([
      "several times a second",
      "every second",
      "every 2 seconds",
      "every minute",
      "every 10 minutes",
      "every 1 min 30 s",
    ]);
  });
});
