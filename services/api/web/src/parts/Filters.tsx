import { Select, TextInput } from "@mantine/core";
import { MagnifyingGlassIcon } from "@radix-ui/react-icons";
import type { ReactNode } from "react";

import classes from "./Filters.module.css";

/** What narrows a list down: a search field first, then choices. */
export function Filters({ of, children }: { of: string; children: ReactNode }) {
  return (
    <div className={classes.filters} role="search" aria-label={of}>
      {children}
    </div>
  );
}

export function SearchField(props: {
  label: string;
  placeholder: string;
  value: string;
  onChange: (typed: string) => void;
}) {
  return (
    <TextInput
      aria-label={props.label}
      placeholder={props.placeholder}
      leftSection={<MagnifyingGlassIcon aria-hidden />}
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value)}
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
