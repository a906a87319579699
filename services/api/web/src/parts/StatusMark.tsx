import {
  CheckIcon,
  CircleBackslashIcon,
  ClockIcon,
  Cross2Icon,
  QuestionMarkIcon,
  TimerIcon,
} from "@radix-ui/react-icons";
import type { ComponentType } from "react";

import { statusTone, statusWord, type Tone } from "./statuses";
import classes from "./StatusMark.module.css";

const ICONS: Record<Tone, ComponentType> = {
  good: CheckIcon,
  bad: Cross2Icon,
  busy: TimerIcon,
  wait: ClockIcon,
  doubt: QuestionMarkIcon,
  quiet: CircleBackslashIcon,
};

/** A state as a word with its sign; the colour only repeats what they say. */
export function StatusMark({ status }: { status: string }) {
  const tone = statusTone(status);
  const Icon = ICONS[tone];
  return (
    <span className={classes.mark} data-tone={tone}>
      <Icon aria-hidden />
      {statusWord(status)}
    </span>
  );
}
