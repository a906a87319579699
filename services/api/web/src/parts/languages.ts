/** Languages by their tags (BCP 47), as the page's own language calls them. */

const names = new Intl.DisplayNames(["en"], { type: "language" });

/** What a report is in when nobody names a language. */
export const USUAL_LANGUAGE = "en";

/** For instance "German" for `de`. */
export function languageName(tag: string): string {
  return names.of(tag) ?? tag;
}
