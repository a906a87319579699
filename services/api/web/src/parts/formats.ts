/** `Intl`'s formats, each made once: making one takes fifty times as long as using it. */

const made = new Map<string, unknown>();

/** Figures in a language; the browser's where none is named. */
export function numberFormat(
  locale: string | undefined,
  options: Intl.NumberFormatOptions,
): Intl.NumberFormat {
  return once("number", locale, options, () => new Intl.NumberFormat(locale, options));
}

/** Days and times. */
export function dateFormat(
  locale: string | undefined,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  return once("date", locale, options, () => new Intl.DateTimeFormat(locale, options));
}

/** Distances in time. */
export function relativeFormat(locale: string | undefined): Intl.RelativeTimeFormat {
  const options = { numeric: "auto" } as const;
  return once("relative", locale, options, () => new Intl.RelativeTimeFormat(locale, options));
}

function once<Format>(
  kind: string,
  locale: string | undefined,
  options: object,
  make: () => Format,
): Format {
  const key = `${kind} ${locale ?? ""} ${JSON.stringify(options)}`;
  let format = made.get(key) as Format | undefined;
  if (format === undefined) {
    format = make();
    made.set(key, format);
  }
  return format;
}
