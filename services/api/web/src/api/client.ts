/** The one way to the API: typed by its own OpenAPI document, refusals thrown as `Refused`. */

import createClient, { type Middleware } from "openapi-fetch";

import { refusal } from "./problems";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Session = Schemas["SessionView"];
export type Run = Schemas["RunView"];
export type RunSummary = Schemas["RunSummary"];
export type RunStatus = Schemas["RunStatus"];
export type ReportType = Schemas["ReportTypeView"];

let csrf = "";

/** What every change has to carry, from the session that was read last. */
export function carryCsrf(token: string | undefined): void {
  csrf = token ?? "";
}

/** The headers of a change that is not sent through `api`. */
export function changeHeaders(): Record<string, string> {
  return { "X-CSRF-Token": csrf };
}

const ownRequests: Middleware = {
  onRequest: ({ request }) => {
    if (request.method !== "GET") request.headers.set("X-CSRF-Token", csrf);
    return request;
  },
};

export const api = createClient<paths>({
  baseUrl: typeof location === "undefined" ? "" : location.origin,
});
api.use(ownRequests);

interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** The data of an answer; throws `Refused` for any other. */
export async function answered<Data>(asked: Promise<Answer<Data>>): Promise<Data> {
  const { data, error, response } = await asked;
  if (!response.ok) throw refusal(response.status, error);
  return data as Data;
}
