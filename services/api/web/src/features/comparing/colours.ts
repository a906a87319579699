/** The same thing in the same colour in two charts, each of which ranks its series by itself. */

type Specification = Record<string, unknown>;

interface Scale {
  domain: string[];
  range: string[];
}

/** `then` with the colours that `now` gives to the series of both; the others take what is left. */
export function inColoursOf(now: Specification, then: Specification): Specification {
  const given = colours(now);
  const own = colours(then);
  if (given === undefined || own === undefined) return then;
  const shared = new Map(given.domain.map((name, index) => [name, given.range[index]]));
  const taken = new Set(own.domain.map((name) => shared.get(name)));
  const free = [...new Set([...own.range, ...given.range])].filter((each) => !taken.has(each));
  const range = own.domain.map(
    (name, index) => shared.get(name) ?? free.shift() ?? own.range[index],
  );
  return changed(then, range);
}

function colours(specification: Specification): Scale | undefined {
  const scale = at(at(at(drawn(specification), "encoding"), "color"), "scale");
  const { domain, range } = scale as Partial<Scale>;
  return Array.isArray(domain) && Array.isArray(range) ? { domain, range } : undefined;
}

function changed(specification: Specification, range: unknown[]): Specification {
  if (Array.isArray(specification.layer)) {
    const [first, ...rest] = specification.layer as Specification[];
    return { ...specification, layer: [changed(first ?? {}, range), ...rest] };
  }
  const encoding = at(specification, "encoding");
  const color = at(encoding, "color");
  const scale = { ...at(color, "scale"), range };
  return { ...specification, encoding: { ...encoding, color: { ...color, scale } } };
}

/** The layer with the data; what lies over it marks single days. */
function drawn(specification: Specification): Specification {
  return Array.isArray(specification.layer)
    ? ((specification.layer[0] as Specification | undefined) ?? {})
    : specification;
}

function at(value: Specification, key: string): Specification {
  const found = value[key];
  return typeof found === "object" && found !== null ? (found as Specification) : {};
}
