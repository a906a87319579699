import { Button, TextInput } from "@mantine/core";
import { MagnifyingGlassIcon } from "@radix-ui/react-icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { emptyInbox, mailsQuery } from "../../api/inbox";
import { inWords } from "../../api/problems";
import { EmptyState } from "../../parts/EmptyState";
import { Moment } from "../../parts/Moment";
import { Notice } from "../../parts/Notice";
import { PageHeader } from "../../parts/PageHeader";
import { Waiting } from "../../parts/Waiting";
import classes from "./Inbox.module.css";

/** The mails that this machine's own mail server took, whoever they were for. */
export function Inbox() {
  const mails = useQuery(mailsQuery);
  const client = useQueryClient();
  const [wanted, setWanted] = useState("");
  const [emptying, setEmptying] = useState(false);
  const empty = useMutation({
    mutationFn: emptyInbox,
    onSettled: () => {
      setEmptying(false);
      void client.invalidateQueries({ queryKey: ["inbox"] });
    },
  });
  const text = wanted.trim().toLowerCase();
  const found = (mails.data ?? []).filter((mail) =>
    [mail.subject, mail.from, ...mail.to].some((part) => part.toLowerCase().includes(text)),
  );

  return (
    <>
      <PageHeader
        title="Inbox"
        about="Mails on this machine go nowhere else: its own mail server keeps them here."
        actions={
          mails.data &&
          mails.data.length > 0 &&
          (emptying ? (
            <>
              <Button variant="default" onClick={() => setEmptying(false)}>
                Keep them
              </Button>
              <Button color="warning" loading={empty.isPending} onClick={() => empty.mutate()}>
                Delete all {mails.data.length}
              </Button>
            </>
          ) : (
            <Button variant="default" onClick={() => setEmptying(true)}>
              Delete all…
            </Button>
          ))
        }
      />
      {mails.error && (
        <Notice tone="bad" title="The inbox cannot be read">
          {inWords(mails.error)}
        </Notice>
      )}
      {mails.isPending && <Waiting />}
      {mails.data?.length === 0 && (
        <EmptyState
          title="No mail yet"
          action={
            <Button component={Link} to="/new">
              Make a report
            </Button>
          }
        >
          Send a report to any address, for instance someone@example.com: it arrives here.
        </EmptyState>
      )}
      {mails.data && mails.data.length > 0 && (
        <>
          <TextInput
            className={classes.search}
            aria-label="Search"
            placeholder="Subject or address"
            leftSection={<MagnifyingGlassIcon aria-hidden />}
            value={wanted}
            onChange={(event) => setWanted(event.currentTarget.value)}
          />
          {found.length === 0 && <p className={classes.none}>No mail has “{wanted}” in it.</p>}
          <ul className={classes.list}>
            {found.map((mail) => (
              <li key={mail.id}>
                <Link to="/inbox/$id" params={{ id: mail.id }} className={classes.mail}>
                  <span className={classes.to}>{mail.to.join(", ")}</span>
                  <span className={classes.subject}>
                    {mail.subject || "(no subject)"}
                    {mail.attachments.length > 0 && (
                      <span className={classes.files}>
                        {mail.attachments.map((file) => file.name).join(", ")}
                      </span>
                    )}
                  </span>
                  <span className={classes.when}>{mail.date && <Moment at={mail.date} />}</span>
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
