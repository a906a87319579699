/** Refusals of the API (RFC 9457), as an error that pages can show at the field. */

export interface FieldError {
  field: string;
  detail: string;
}

export class Refused extends Error {
  readonly status: number;
  readonly kind: string;
  readonly title: string;
  readonly fields: readonly FieldError[];

  constructor(status: number, title: string, detail: string, kind: string, fields: FieldError[]) {
    super(detail);
    this.status = status;
    this.title = title;
    this.kind = kind;
    this.fields = fields;
  }

  /** What is wrong with a field, named by its JSON Pointer, or with something inside it. */
  at(field: string): string | undefined {
    return this.fields.find((each) => each.field === field || each.field.startsWith(`${field}/`))
      ?.detail;
  }

  /** What is said of no field in `shown`: it belongs above the form. */
  elsewhere(shown: readonly string[]): string | undefined {
    if (this.fields.length === 0) return this.message;
    const other = this.fields.filter(
      (each) => !shown.some((field) => each.field === field || each.field.startsWith(`${field}/`)),
    );
    if (other.length === 0) return undefined;
    return other.map((each) => each.detail).join("; ");
  }
}

/** From an answer that is no success: its body where it is a problem, else its status. */
export function refusal(status: number, body: unknown): Refused {
  if (typeof body === "object" && body !== null && "detail" in body && "type" in body) {
    const problem = body as { type: string; title?: string; detail: string; errors?: FieldError[] };
    return new Refused(
      status,
      problem.title ?? "The request was refused",
      problem.detail,
      problem.type.replace("/problems/", ""),
      problem.errors ?? [],
    );
  }
  return new Refused(status, "The request was refused", `the API answered ${status}`, "error", []);
}

/** What to say of anything that went wrong, in words. */
export function inWords(error: unknown): string {
  if (error instanceof Refused) return error.message;
  // What `fetch` throws when nobody answers.
  if (error instanceof TypeError) return "the API does not answer: is it running?";
  return error instanceof Error ? error.message : String(error);
}
