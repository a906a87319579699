/** Where somebody who signs in wanted to go. */

const HERE = "http://here.invalid";

/** The address, where it is one of this site: a link to the sign-in page must not lead elsewhere. */
export function addressHere(to: string | undefined): string | undefined {
  if (to === undefined || !to.startsWith("/")) return undefined;
  try {
    // As browsers read it: to them "/\\example.com" and "//example.com" are other hosts.
    return new URL(to, HERE).origin === HERE ? to : undefined;
  } catch {
    return undefined;
  }
}
