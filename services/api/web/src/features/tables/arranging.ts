/** Which rows of a table are shown, and in which order. */

import { type Cell, cellText, type Column, isFigure } from "../document/figures";

export type Row = readonly Cell[];

export interface Wanted {
  /** The column's place in a row; nothing: the table's own order. */
  by: { index: number; descending: boolean } | undefined;
  /** What a row has to have in it, as it is shown; empty: anything. */
  text: string;
  /** What has to stand in columns, by their places in a row. */
  only: readonly { index: number; value: string }[];
}

/** Whether that is every row, in the table's own order. */
export function isAnything({ by, text, only }: Wanted): boolean {
  return by === undefined && text.trim() === "" && only.length === 0;
}

/** A table that can be asked again and again; what it works out for that is kept. */
export class Arranging {
  readonly #columns: readonly Column[];
  readonly #rows: readonly Row[];
  readonly #timeZone: string;
  readonly #keys = new Map<number, Float64Array>();
  #texts: string[] | undefined;

  constructor(columns: readonly Column[], rows: readonly Row[], timeZone: string) {
    this.#columns = columns;
    this.#rows = rows;
    this.#timeZone = timeZone;
  }

  /** Places of the rows, in order. What has no value comes last, either way. */
  places(wanted: Wanted): Uint32Array<ArrayBuffer> {
    const found = this.#found(wanted.text.trim().toLowerCase(), wanted.only);
    if (wanted.by === undefined) return found;
    const keys = this.#keysOf(wanted.by.index);
    const sign = wanted.by.descending ? -1 : 1;
    return found.sort((one, other) => {
      const [here, there] = [keys[one] ?? NaN, keys[other] ?? NaN];
      const blank = Number(Number.isNaN(here)) - Number(Number.isNaN(there));
      return blank !== 0 || Number.isNaN(here) ? blank : sign * (here - there);
    });
  }

  #found(text: string, only: Wanted["only"]): Uint32Array<ArrayBuffer> {
    let places = [...this.#rows.keys()];
    for (const { index, value } of only) {
      places = places.filter((place) => this.#rows[place]?.[index] === value);
    }
    if (text !== "") {
      const texts = (this.#texts ??= this.#rows.map((row) => this.#textOf(row)));
      places = places.filter((place) => texts[place]?.includes(text));
    }
    return Uint32Array.from(places);
  }

  #textOf(row: Row): string {
    return this.#columns
      .map((column, index) => cellText(row[index] ?? null, column, this.#timeZone))
      .join("\n")
      .toLowerCase();
  }

  /** What the column's cells are ordered by: figures by size, words as the language orders them. */
  #keysOf(index: number): Float64Array {
    const known = this.#keys.get(index);
    if (known) return known;
    const column = this.#columns[index];
    const cells = this.#rows.map((row) => row[index] ?? null);
    const keyOf = column && isFigure(column) ? Number : rankAmong(cells);
    const keys = Float64Array.from(cells, (cell) => (cell === null ? NaN : keyOf(cell)));
    this.#keys.set(index, keys);
    return keys;
  }
}

/** Each word's place among them all: comparing words takes long, and most come many times. */
function rankAmong(cells: readonly Cell[]): (cell: Cell) => number {
  const order = new Intl.Collator(undefined, { numeric: true });
  const words = [...new Set(cells.map(String))].sort((one, other) => order.compare(one, other));
  const ranks = new Map(words.map((word, rank) => [word, rank]));
  return (cell) => ranks.get(String(cell)) ?? NaN;
}
