import { Anchor, Tabs } from "@mantine/core";
import { FileIcon } from "@radix-ui/react-icons";
import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";

import { mailPart, mailQuery } from "../../api/inbox";
import { exact } from "../../parts/moments";
import { PageHeader } from "../../parts/PageHeader";
import { bytes } from "../../parts/sizes";
import classes from "./Inbox.module.css";

const route = getRouteApi("/inside/inbox/$id");

/** One mail: as it looks, as text, its headers and its files. */
export function Mail() {
  const { id } = route.useParams();
  const { view } = route.useSearch();
  const navigate = useNavigate({ from: "/inbox/$id" });
  const { data: mail } = useSuspenseQuery(mailQuery(id));

  return (
    <div className={classes.page}>
      <PageHeader
        title={mail.subject || "(no subject)"}
        above={
          <Anchor component={Link} to="/inbox">
            Inbox
          </Anchor>
        }
        actions={
          <Anchor href={mailPart(id, "raw")} download>
            As it came (.eml)
          </Anchor>
        }
      />
      <dl className={classes.facts}>
        <dt>From</dt>
        <dd>{mail.from}</dd>
        <dt>To</dt>
        <dd>{mail.to.join(", ")}</dd>
        {mail.date && (
          <>
            <dt>Sent</dt>
            <dd>{exact(new Date(mail.date))}</dd>
          </>
        )}
      </dl>
      {mail.attachments.length > 0 && (
        <ul className={classes.attached} aria-label="Attached files">
          {mail.attachments.map((file, index) => (
            <li key={`${index}-${file.name}`}>
              <a href={mailPart(id, `attachments/${index}`)} download>
                <FileIcon aria-hidden /> {file.name} ({bytes(file.size)})
              </a>
            </li>
          ))}
        </ul>
      )}
      <Tabs
        value={view ?? (mail.has_html ? "html" : "text")}
        onChange={(value) =>
          void navigate({
            search: { view: value === "text" || value === "headers" ? value : undefined },
            replace: true,
          })
        }
        keepMounted={false}
      >
        <Tabs.List>
          <Tabs.Tab value="html" disabled={!mail.has_html}>
            As it looks
          </Tabs.Tab>
          <Tabs.Tab value="text">As text</Tabs.Tab>
          <Tabs.Tab value="headers">Headers</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="html" pt="md">
          {/* It comes with a policy of its own: no script, no request to anybody. */}
          <iframe
            className={classes.frame}
            title="The mail"
            src={mailPart(id, "html")}
            sandbox="allow-popups"
          />
        </Tabs.Panel>
        <Tabs.Panel value="text" pt="md">
          <pre className={classes.text} tabIndex={0}>
            {mail.text ?? "This mail has no text of its own."}
          </pre>
        </Tabs.Panel>
        <Tabs.Panel value="headers" pt="md">
          <dl className={`${classes.facts ?? ""} ${classes.headers ?? ""}`}>
            {mail.headers.map(([name, value], index) => (
              <Header key={`${index}-${name}`} name={name} value={value} />
            ))}
          </dl>
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}

function Header({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
