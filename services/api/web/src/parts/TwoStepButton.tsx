import { Button, type ButtonProps } from "@mantine/core";
import { useState } from "react";

interface Props extends Pick<ButtonProps, "size" | "loading"> {
  label: string;
  /** What the second press does, in words. */
  sure: string;
  /** For whoever does not see what it stands beside. */
  named?: string;
  onSure: () => void;
}

/** For what nothing brings back: pressed once it asks, pressed twice it acts. */
export function TwoStepButton({ label, sure, named, onSure, ...props }: Props) {
  const [asked, setAsked] = useState(false);
  return (
    <Button
      {...props}
      variant={asked ? "filled" : "subtle"}
      color="warning"
      aria-label={asked ? undefined : named}
      onClick={() => (asked ? onSure() : setAsked(true))}
      onBlur={() => setAsked(false)}
    >
      {asked ? sure : label}
    </Button>
  );
}
