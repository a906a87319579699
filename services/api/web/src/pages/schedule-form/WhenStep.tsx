import { Collapse, NumberInput, Select, Stack, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { ChevronDownIcon, ChevronRightIcon } from "@radix-ui/react-icons";

import { Refused } from "../../api/problems";
import { CadenceField } from "../../features/cadences/CadenceField";
import { FiresOf, useFiresOf } from "../../features/cadences/FiresOf";
import type { Draft, Misfire } from "./draft";
import classes from "./ScheduleForm.module.css";

interface Props {
  draft: Draft;
  change: (changed: Partial<Draft>) => void;
  at: (field: string) => string | undefined;
}

const POLICIES = [
  { value: "run_once", label: "Make up for the latest" },
  { value: "run_all", label: "Make up for each" },
  { value: "skip", label: "Leave it out" },
];

/** When, with the next ten fires as one edits; and what if it was late. */
export function WhenStep({ draft, change, at }: Props) {
  const fires = useFiresOf(draft.cadence);
  const refused = fires.error instanceof Refused ? fires.error : undefined;
  const [opened, { toggle }] = useDisclosure(false);
  const misfire = (changed: Partial<Misfire>) =>
    change({ misfire: { ...draft.misfire, ...changed } });
  return (
    <Stack gap="lg">
      <CadenceField
        value={draft.cadence}
        onChange={(cadence) => change({ cadence })}
        at={(field) => refused?.at(`/cadence/${field}`) ?? at(`/cadence/${field}`)}
      />
      <FiresOf cadence={draft.cadence} fires={fires} />
      <UnstyledButton className={classes.more} aria-expanded={opened} onClick={toggle}>
        {opened ? <ChevronDownIcon aria-hidden /> : <ChevronRightIcon aria-hidden />}
        If it comes too late, and how fires are spread
      </UnstyledButton>
      <Collapse expanded={opened}>
        <div className={classes.fields}>
          <Select
            label="A fire that was missed"
            description="Because nothing ran, or the schedule was paused."
            data={POLICIES}
            value={draft.misfire.policy ?? "run_once"}
            onChange={(policy) => misfire({ policy: (policy ?? "run_once") as never })}
            allowDeselect={false}
          />
          <NumberInput
            label="Missed once it is late by"
            suffix=" s"
            min={0}
            max={604_800}
            thousandSeparator=" "
            value={draft.misfire.grace_seconds ?? 300}
            onChange={(typed) => misfire({ grace_seconds: Number(typed) || 0 })}
            error={at("/misfire/grace_seconds")}
          />
          <NumberInput
            label="Each fire may come later by"
            description="So that not all schedules fire at once."
            suffix=" s"
            min={0}
            max={3600}
            value={draft.jitterSeconds}
            onChange={(typed) => change({ jitterSeconds: Number(typed) || 0 })}
            error={at("/jitter_seconds")}
          />
        </div>
      </Collapse>
    </Stack>
  );
}
