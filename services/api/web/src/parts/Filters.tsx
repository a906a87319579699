import { Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { MagnifyingGlassIcon } from "@radix-ui/react-icons";
import { type ReactNode, useState } from "react";

import classes from "./Filters.module.css";

/** What narrows a list down: a search field first, then choices. */
export function Filters({ of, children }: { of: string; children: ReactNode }) {
  return (
    <div className={classes.filters} role="search" aria-label={of}>
      {children}
    </div>
  );
}

/** What is looked for, told once somebody pauses at typing; nothing when it is blank.
 *
 * `pause`: milliseconds, longer where what is typed has to be whole to be found.
 */
export function SearchField(props: {
  label: string;
  placeholder: string;
  value: string | undefined;
  onSearch: (wanted: string | undefined) => void;
  pause?: number;
}) {
  const value = props.value ?? "";
  const [seen, setSeen] = useState(value);
  const [told, setTold] = useState(value);
  const [typed, setTyped] = useState(value);
  const tellSoon = useDebouncedCallback((text: string) => {
    setTold(text);
    props.onSearch(text || undefined);
  }, props.pause ?? 250);
  if (value !== seen) {
    setSeen(value);
    // Not what was told from here: somebody went back, or took all filters away.
    if (value !== told) {
      setTold(value);
      setTyped(value);
    }
  }
  return (
    <TextInput
      aria-label={props.label}
      placeholder={props.placeholder}
      leftSection={<MagnifyingGlassIcon aria-hidden />}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        tellSoon(event.currentTarget.value.trim());
      }}
      className={classes.search}
    />
  );
}

/** One of several, or none: then `none` says that all are shown. */
export function Choice(props: {
  label: string;
  none: string;
  data: { value: string; label: string }[];
  value: string | undefined;
  onChange: (chosen: string | undefined) => void;
}) {
  return (
    <Select
      aria-label={props.label}
      placeholder={props.none}
      clearable
      clearButtonProps={{ "aria-label": props.none }}
      data={props.data}
      value={props.value ?? null}
      onChange={(value) => props.onChange(value ?? undefined)}
    />
  );
}
