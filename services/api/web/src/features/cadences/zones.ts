/** Time zones and countries as this browser knows them; what the API does not know it refuses. */

export function timezones(chosen: string): string[] {
  return [...new Set([chosen, "UTC", ...Intl.supportedValuesOf("timeZone")])];
}

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
let known: { value: string; label: string }[] | undefined;

/** Countries by their codes (ISO 3166), in the order of their names. */
export function countries(): { value: string; label: string }[] {
  if (known === undefined) {
    const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
    known = LETTERS.flatMap((first) => LETTERS.map((second) => first + second))
      .flatMap((code) => {
        const label = names.of(code);
        return label === undefined || NO_COUNTRIES.has(code) ? [] : [{ value: code, label }];
      })
      .sort((one, other) => one.label.localeCompare(other.label));
  }
  return known;
}

/** Codes that stand for something else, or for a country that another code stands for. */
const NO_COUNTRIES = new Set([
  ...["AC", "BU", "CP", "CQ", "CS", "DD", "DG", "DY", "EA", "EU", "EZ", "FQ", "FX", "HV", "IC"],
  ...[
    "NH",
    "NT",
    "QO",
    "RH",
    "SU",
    "TA",
    "TP",
    "UK",
    "UN",
    "VD",
    "XA",
    "XB",
    "YD",
    "YU",
    "ZR",
    "ZZ",
  ],
]);
