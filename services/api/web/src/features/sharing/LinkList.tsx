import { Skeleton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";

import { answered, api } from "../../api/client";
import { inWords } from "../../api/problems";
import { sessionQuery } from "../../api/queries";
import { Moment } from "../../parts/Moment";
import { Notice } from "../../parts/Notice";
import { TwoStepButton } from "../../parts/TwoStepButton";
import { formatName } from "../runs/Files";
import { CopyLink } from "./CopyLink";
import { addressOf, fetchedWords, type Link, linksQuery, stateWord } from "./links";
import classes from "./Sharing.module.css";

/** The links that there are to a run's files, to be copied again or taken back. */
export function LinkList({ runId }: { runId: string }) {
  const links = useQuery(linksQuery(runId));
  if (links.error) {
    return (
      <Notice tone="bad" title="The links cannot be listed">
        {inWords(links.error)}
      </Notice>
    );
  }
  if (links.data === undefined)
    return <Skeleton h={60} role="status" aria-label="Reading the links" />;
  if (links.data.length === 0) return <p className={classes.quiet}>Nobody has a link yet.</p>;
  return (
    <ul className={classes.list} aria-label="Links to this report's files">
      {links.data.map((link) => (
        <Row key={link.id} runId={runId} link={link} />
      ))}
    </ul>
  );
}

function Row({ runId, link }: { runId: string; link: Link }) {
  const client = useQueryClient();
  const { data: session } = useSuspenseQuery(sessionQuery);
  const revoke = useMutation({
    mutationFn: () =>
      answered<unknown>(
        api.DELETE("/api/v1/reports/{run_id}/links/{link_id}", {
          params: { path: { run_id: runId, link_id: link.id } },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: linksQuery(runId).queryKey }),
    onError: (error) =>
      notifications.show({
        color: "warning",
        title: "The link was not revoked",
        message: inWords(error),
      }),
  });
  const who = session.signed_in;
  const own = who?.role === "admin" || who?.sub === link.created_by;
  const open = link.state === "open";
  return (
    <li className={classes.link} data-over={!open || undefined}>
      <span className={classes.words}>
        <span>
          <strong>{formatName(link.format)}</strong>
          {link.slice !== null && " of one part"} · {stateWord(link)}
          {open && (
            <>
              , ends <Moment at={link.expires_at} />
            </>
          )}
        </span>
        <span className={classes.quiet}>
          {link.has_password ? "with a password, " : ""}
          {fetchedWords(link)} · made by {link.purpose ? "a delivery" : link.created_by}{" "}
          <Moment at={link.created_at} />
        </span>
      </span>
      {open && (
        <span className={classes.buttons}>
          <CopyLink
            address={addressOf(link, location.origin)}
            label={`Copy the link to the ${formatName(link.format)} file`}
          />
          {own && (
            <TwoStepButton
              size="xs"
              label="Revoke"
              sure="Revoke for good"
              loading={revoke.isPending}
              onSure={() => revoke.mutate()}
            />
          )}
        </span>
      )}
    </li>
  );
}
