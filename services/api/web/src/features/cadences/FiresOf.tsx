import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";

import { inWords, Refused } from "../../api/problems";
import { previewQuery } from "../../api/planning";
import { Notice } from "../../parts/Notice";
import { type Cadence, cadenceWords, dayOffWords, isWhole } from "./cadence";
import { Fires } from "./Fires";

const PAUSE_MS = 300;

/** What a cadence that is being edited would do, asked of the API as one edits. */
export function useFiresOf(cadence: Cadence) {
  const [settled] = useDebouncedValue(cadence, PAUSE_MS);
  return useQuery({
    ...previewQuery(settled),
    enabled: isWhole(settled),
    // The old fires stay until the new ones are there.
    placeholderData: (previous) => previous,
    retry: false,
  });
}

/** In words, and the next ten fires. */
export function FiresOf({
  cadence,
  fires,
}: {
  cadence: Cadence;
  fires: ReturnType<typeof useFiresOf>;
}) {
  const dayOff = dayOffWords(cadence.business_days);
  return (
    <section aria-labelledby="next-fires">
      <h2 id="next-fires">The next ten times</h2>
      <p aria-live="polite">
        {cadenceWords(cadence)}
        {dayOff && `, ${dayOff}`} ({cadence.timezone}).
      </p>
      {fires.error ? (
        <Notice tone="bad" title="It would not fire like this">
          {fires.error instanceof Refused
            ? fires.error.fields.map((each) => each.detail).join("; ") || fires.error.message
            : inWords(fires.error)}
        </Notice>
      ) : (
        fires.data && <Fires preview={fires.data} stale={fires.isPlaceholderData} />
      )}
    </section>
  );
}
