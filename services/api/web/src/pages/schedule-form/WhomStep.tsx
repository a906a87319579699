import { Stack } from "@mantine/core";

import type { ReportType } from "../../api/client";
import { BurstField } from "../../features/bursting/BurstField";
import { RecipientsField } from "../../features/recipients/RecipientsField";
import type { Draft } from "./draft";

interface Props {
  draft: Draft;
  change: (changed: Partial<Draft>) => void;
  at: (field: string) => string | undefined;
  /** Of the report that is chosen. */
  type: ReportType | undefined;
}

/** Who gets the whole report, and who a part of it. */
export function WhomStep({ draft, change, at, type }: Props) {
  return (
    <Stack gap="xl">
      <RecipientsField
        value={draft.recipients}
        onChange={(recipients) => change({ recipients })}
        error={at("/deliver_to")}
      />
      <BurstField
        // What rows can be narrowed by is another report's with another type.
        key={type?.name}
        value={draft.burst}
        onChange={(burst) => change({ burst })}
        type={type}
        at={(field) => at(`/burst${field}`)}
      />
    </Stack>
  );
}
