/** The reports that one came through, as the address has them. */

const RUN = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const LONGEST = 12;

/** The ids of the runs, the widest first; what is none is passed over. */
export function trailOf(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .filter((id) => RUN.test(id))
    .slice(-LONGEST);
}

/** As the address has it; nothing for an empty one. */
export function trailText(ids: readonly string[]): string | undefined {
  return ids.length > 0 ? ids.slice(-LONGEST).join(",") : undefined;
}
