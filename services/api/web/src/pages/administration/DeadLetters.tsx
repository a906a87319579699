import { Button, Modal, SegmentedControl, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { deadLetterQuery, deadLettersQuery } from "../../api/administration";
import { answered, api } from "../../api/client";
import { EmptyState } from "../../parts/EmptyState";
import { Moment } from "../../parts/Moment";
import { bytes } from "../../parts/sizes";
import { StatusMark } from "../../parts/StatusMark";
import { TwoStepButton } from "../../parts/TwoStepButton";
import { Waiting } from "../../parts/Waiting";
import classes from "./Administration.module.css";
import { useChange } from "./useChange";

const KEY = ["dead-letters"] as const;
const route = getRouteApi("/inside/administration/$section");

/** Messages that no service could take: looked at, replayed once the cause is mended, or discarded. */
export function DeadLetters() {
  const { status = "parked" } = route.useSearch();
  const navigate = useNavigate({ from: "/administration/$section" });
  const letters = useInfiniteQuery(deadLettersQuery(status));
  const [shown, setShown] = useState<string>();
  const found = letters.data?.pages.flatMap((page) => page.items) ?? [];
  const path = (id: string) => ({ params: { path: { message_id: id } } });
  const replay = useChange(async (id: string) => {
    const { follows } = await answered(
      api.POST("/api/v1/dead-letters/{message_id}/replay", path(id)),
    );
    notifications.show({ title: "Replayed", message: follows });
  }, KEY);
  const discard = useChange(
    (id: string) => answered(api.POST("/api/v1/dead-letters/{message_id}/discard", path(id))),
    KEY,
    "Discarded: it can still be looked at",
  );
  return (
    <>
      <div className={classes.above}>
        <p>Work that a service gave up. Mend the cause first, then replay it.</p>
        <SegmentedControl
          aria-label="Which"
          data={[
            { value: "parked", label: "Waiting" },
            { value: "replayed", label: "Replayed" },
            { value: "discarded", label: "Discarded" },
          ]}
          value={status}
          onChange={(chosen) =>
            void navigate({
              search: { status: chosen === "parked" ? undefined : (chosen as typeof status) },
              replace: true,
            })
          }
        />
      </div>
      {letters.isPending && <Waiting />}
      {letters.data && found.length === 0 && (
        <EmptyState title={status === "parked" ? "Nothing waits here" : `None was ${status} yet`}>
          {status === "parked" && "Every message was taken by the service that it was for."}
        </EmptyState>
      )}
      <ul className={classes.list} aria-label="Dead letters">
        {found.map((letter) => (
          <li key={letter.id} className={classes.row}>
            <span className={classes.words}>
              <span className={classes.name}>{letter.reason_in_words}</span>
              <span className={classes.quiet}>
                {letter.event_type ?? "no event"}, {letter.stage ?? letter.queue}, tried{" "}
                {letter.tries}×, {bytes(letter.size)}
              </span>
            </span>
            <span className={classes.words}>
              <StatusMark status={letter.status} />
              <span className={classes.quiet}>
                <Moment at={letter.parked_at} />
              </span>
            </span>
            <span className={classes.buttons}>
              <Button size="xs" variant="default" onClick={() => setShown(letter.id)}>
                Look
              </Button>
              {letter.status === "parked" && (
                <>
                  <Button size="xs" onClick={() => replay.mutate(letter.id)}>
                    Replay
                  </Button>
                  <TwoStepButton
                    size="xs"
                    label="Discard"
                    sure="Discard for good"
                    loading={discard.isPending}
                    onSure={() => discard.mutate(letter.id)}
                  />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      {letters.hasNextPage && (
        <Button variant="default" onClick={() => void letters.fetchNextPage()}>
          Show more
        </Button>
      )}
      {shown && <Letter id={shown} onClose={() => setShown(undefined)} />}
    </>
  );
}

function Letter({ id, onClose }: { id: string; onClose: () => void }) {
  const { data: letter } = useQuery(deadLetterQuery(id));
  return (
    <Modal opened onClose={onClose} title="A dead letter" size="xl">
      {letter && (
        <Stack>
          <p className={classes.quiet}>
            {letter.reason_in_words}. Queue {letter.queue}.
            {letter.report && (
              <>
                {" "}
                It is about <Link to={`/runs/${letter.report}` as never}>this run</Link>.
              </>
            )}
          </p>
          <pre className={classes.payload} tabIndex={0} aria-label="Contents">
            {letter.payload ?? letter.payload_base64}
          </pre>
          <pre className={classes.payload} tabIndex={0} aria-label="Headers">
            {JSON.stringify(letter.headers, null, 2)}
          </pre>
        </Stack>
      )}
    </Modal>
  );
}
