import { Anchor, Button } from "@mantine/core";
import { CalendarIcon, PlayIcon } from "@radix-ui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type SyntheticEvent, useState } from "react";

import { type Definition, definitionQuery, schedulesOfQuery } from "../../api/planning";
import { Conflict } from "../../features/conflicts/Conflict";
import { definitionDraftOf } from "../../features/definitions/definition-draft";
import { DefinitionFields } from "../../features/definitions/DefinitionFields";
import { DefinitionMenu } from "../../features/definitions/DefinitionMenu";
import { useDefinitionActions } from "../../features/definitions/useDefinitionActions";
import { useReportTitle } from "../../features/runs/report-names";
import { Notice } from "../../parts/Notice";
import { PageHeader } from "../../parts/PageHeader";
import { Trouble } from "../../parts/Trouble";
import { Waiting } from "../../parts/Waiting";
import classes from "./Saved.module.css";
import { useSaving } from "./useSaving";

const route = getRouteApi("/inside/saved/$id");

/** One saved report: what it is, to be changed, and which schedules make it. */
export function SavedReport() {
  const { id } = route.useParams();
  const definition = useQuery({
    ...definitionQuery(id),
    // As it was when editing began: what others do meanwhile is a conflict.
    staleTime: Infinity,
    refetchOnMount: "always",
  });
  const [round, setRound] = useState(0);
  if (definition.error) return <Trouble error={definition.error} />;
  if (definition.data === undefined || !definition.isFetchedAfterMount) return <Waiting />;
  return (
    <Whole
      key={`${id} ${round}`}
      began={definition.data}
      onStartAgain={() => setRound((before) => before + 1)}
    />
  );
}

function Whole(props: { began: Definition; onStartAgain: () => void }) {
  const { onStartAgain } = props;
  // Held: it may be read again while one edits.
  const [began] = useState(props.began);
  const titleOf = useReportTitle();
  const { run, may, mayRun } = useDefinitionActions(began);
  const [draft, setDraft] = useState(() => definitionDraftOf(began));
  const saving = useSaving(draft, began, onStartAgain);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    saving.save();
  };
  return (
    <>
      <PageHeader
        title={began.name}
        above={
          <Anchor component={Link} to="/saved">
            Saved reports
          </Anchor>
        }
        about={`${titleOf(began.type)}, ${began.owner}'s, version ${began.version}`}
        actions={
          <>
            {mayRun && (
              <>
                <Button
                  variant="default"
                  component={Link}
                  to="/schedules/new"
                  search={{ definition: began.id } as never}
                  leftSection={<CalendarIcon aria-hidden />}
                >
                  Schedule…
                </Button>
                <Button
                  leftSection={<PlayIcon aria-hidden />}
                  loading={run.isPending}
                  onClick={() => run.mutate()}
                >
                  Make it now
                </Button>
              </>
            )}
            <DefinitionMenu of={began} />
          </>
        }
      />
      <form className={classes.form} onSubmit={submit} noValidate>
        {saving.conflict && (
          <Conflict
            what="report"
            differences={saving.conflict}
            onTheirs={saving.startAgain}
            onMine={saving.saveOnTop}
            saving={saving.pending}
          />
        )}
        {saving.elsewhere && (
          <Notice tone="bad" title="It could not be saved">
            {saving.elsewhere}
          </Notice>
        )}
        {!may && (
          <Notice tone="plain">
            Only {began.owner} and administrators can change it: ask one of them.
          </Notice>
        )}
        <DefinitionFields
          value={draft}
          onChange={(changed) => setDraft((before) => ({ ...before, ...changed }))}
          at={saving.at}
          settled
        />
        {may && (
          <div className={classes.foot}>
            <Button type="submit" loading={saving.pending}>
              Save
            </Button>
          </div>
        )}
      </form>
      <Uses id={began.id} />
    </>
  );
}

/** What makes it, and what was made of it. */
function Uses({ id }: { id: string }) {
  const { data } = useQuery(schedulesOfQuery(id));
  return (
    <section className={classes.uses} aria-labelledby="uses">
      <h2 id="uses">Who makes it</h2>
      {data?.items.length === 0 && <p className={classes.quiet}>No schedule yet.</p>}
      <ul>
        {(data?.items ?? []).map((schedule) => (
          <li key={schedule.id}>
            <Link to="/schedules/$id" params={{ id: schedule.id }}>
              {schedule.name}
            </Link>
          </li>
        ))}
      </ul>
      <Link to="/runs" search={{ definition: id }}>
        All its runs
      </Link>
    </section>
  );
}
