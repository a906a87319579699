import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";

import { auditQuery } from "../../api/administration";
import { plainWords } from "../../features/document/figures";
import { Filters, SearchField } from "../../parts/Filters";
import { Moment } from "../../parts/Moment";
import { Waiting } from "../../parts/Waiting";
import classes from "./Administration.module.css";

const route = getRouteApi("/inside/administration/$section");

/** Who changed what, newest first. */
export function AuditLog() {
  const audit = useInfiniteQuery(auditQuery);
  const { q } = route.useSearch();
  const navigate = useNavigate({ from: "/administration/$section" });
  if (audit.data === undefined) return <Waiting />;
  const text = q?.toLowerCase() ?? "";
  const found = audit.data.pages
    .flat()
    .filter((entry) =>
      [entry.actor, entry.action, entry.subject].some((part) => part.toLowerCase().includes(text)),
    );
  return (
    <>
      <Filters of="Audit log">
        <SearchField
          label="Search in what is shown"
          placeholder="Who, what or which"
          value={q}
          onSearch={(wanted) => void navigate({ search: { q: wanted }, replace: true })}
        />
      </Filters>
      <ul className={classes.list} aria-label="Audit log">
        {found.map((entry) => (
          <li key={entry.id} className={classes.row}>
            <span className={classes.words}>
              <span>
                <span className={classes.name}>{entry.actor}</span>{" "}
                {entry.action.replaceAll(/[._]/g, " ")}
              </span>
              <span className={classes.quiet} title={entry.subject}>
                {subjectWords(entry.subject)}
              </span>
            </span>
            <span className={classes.quiet}>{detailWords(entry.details)}</span>
            <Moment at={entry.at} />
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className={classes.quiet}>Nothing here has that in it.</p>}
      {audit.hasNextPage && (
        <Button
          variant="default"
          loading={audit.isFetchingNextPage}
          onClick={() => void audit.fetchNextPage()}
        >
          Show older
        </Button>
      )}
    </>
  );
}

const MOST = 3;

function detailWords(details: Record<string, unknown>): string {
  const said = Object.entries(details).filter(([, value]) => !isNothing(value));
  const words = said
    .slice(0, MOST)
    .map(([name, value]) => `${name.replaceAll("_", " ")}: ${shortly(value)}`);
  return said.length > MOST ? `${words.join(", ")}, …` : words.join(", ");
}

function isNothing(value: unknown): boolean {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

const LONG_ID = /\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-([0-9a-f]{6})[0-9a-f]{6}\b/g;

/** "report 01a2028d…3f2c1a" for a kind and its id; whole in the title. */
function subjectWords(subject: string): string {
  return subject.replace("/", " ").replaceAll(LONG_ID, "$1…$2");
}

function shortly(value: unknown): string {
  const text =
    typeof value === "string"
      ? plainWords(value.replaceAll(LONG_ID, "$1…$2"))
      : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
