import { Anchor, Button, TextInput, UnstyledButton } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { lazy, type SyntheticEvent, Suspense, useState } from "react";

import type { ReportType } from "../../api/client";
import { definitionsQuery, type Schedule, scheduleQuery } from "../../api/planning";
import { reportTypesQuery, runQuery, sessionQuery } from "../../api/queries";
import { whomWords } from "../../features/bursting/bursts";
import { cadenceWords } from "../../features/cadences/cadence";
import { Conflict } from "../../features/conflicts/Conflict";
import { entriesOf } from "../../features/recipients/recipients";
import { useReportTitle } from "../../features/runs/report-names";
import { conditionWords } from "../../features/schedules/conditions";
import { Notice } from "../../parts/Notice";
import { PageHeader } from "../../parts/PageHeader";
import { Trouble } from "../../parts/Trouble";
import { Waiting } from "../../parts/Waiting";
import {
  type Draft,
  draftLike,
  draftOf,
  nameFor,
  newDraft,
  type Step,
  STEPS,
  stepOf,
} from "./draft";
import classes from "./ScheduleForm.module.css";
import { useSaving } from "./useSaving";

const WhatStep = lazy(async () => ({ default: (await import("./WhatStep")).WhatStep }));
const WhenStep = lazy(async () => ({ default: (await import("./WhenStep")).WhenStep }));
const WhomStep = lazy(async () => ({ default: (await import("./WhomStep")).WhomStep }));
const ConditionStep = lazy(async () => ({
  default: (await import("./ConditionStep")).ConditionStep,
}));

const newRoute = getRouteApi("/inside/schedules/new");
const editRoute = getRouteApi("/inside/schedules/$id/edit");

/** A new schedule: what, when, for whom, on what condition. */
export function NewSchedule() {
  const { definition, like, step } = newRoute.useSearch();
  const { data: session } = useSuspenseQuery(sessionQuery);
  const earlier = useQuery({ ...runQuery(like ?? ""), enabled: like !== undefined });
  const types = useQuery(reportTypesQuery);
  const titleOf = useReportTitle();
  const navigate = useNavigate({ from: "/schedules/new" });
  const timezone = session.signed_in?.timezone ?? "UTC";
  if (earlier.error) return <Trouble error={earlier.error} />;
  if (like !== undefined && (earlier.isPending || types.isPending)) return <Waiting />;
  return (
    <Form
      began={undefined}
      initial={
        earlier.data
          ? draftLike(earlier.data, timezone, titleOf(earlier.data.type))
          : newDraft(timezone, definition)
      }
      step={step ?? "what"}
      onStep={(next) =>
        void navigate({ search: (before) => ({ ...before, step: next }), resetScroll: true })
      }
    />
  );
}

/** The same of a schedule that is there. */
export function EditSchedule() {
  const { id } = editRoute.useParams();
  const { step } = editRoute.useSearch();
  const navigate = useNavigate({ from: "/schedules/$id/edit" });
  // As it was when editing began: what others do meanwhile is a conflict, not a change below one's hands.
  const schedule = useQuery({
    ...scheduleQuery(id),
    staleTime: Infinity,
    refetchOnMount: "always",
  });
  const [round, setRound] = useState(0);
  if (schedule.error) return <Trouble error={schedule.error} />;
  if (schedule.data === undefined) return <Waiting />;
  return (
    <Form
      key={round}
      began={schedule.data}
      initial={draftOf(schedule.data)}
      step={step ?? "when"}
      onStep={(next) => void navigate({ search: { step: next } })}
      onStartAgain={() => setRound((before) => before + 1)}
    />
  );
}

interface FormProps {
  began: Schedule | undefined;
  initial: Draft;
  step: Step;
  onStep: (step: Step) => void;
  onStartAgain?: () => void;
}

function Form({ began: given, initial, step, onStep, onStartAgain }: FormProps) {
  // Held: the list behind it may be read again while one edits.
  const [began] = useState(given);
  const [draft, setDraft] = useState(initial);
  const change = (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed }));
  const saving = useSaving(draft, began, {
    onDefinition: (definition) => change({ definition }),
    onRefused: (field) => onStep(stepOf(field)),
    onRefusedReport: () => onStep("what"),
  });
  const type = useReportType(draft);
  const summaries = useSummaries(draft);
  const place = STEPS.findIndex((each) => each.value === step);
  const next = STEPS[place + 1]?.value;
  const ready = draft.definition !== null || draft.fresh.type !== "";
  const last = next === undefined;

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (next !== undefined && began === undefined) onStep(next);
    else saving.save();
  };

  return (
    <>
      <PageHeader
        title={began ? `Edit “${began.name}”` : "New schedule"}
        above={
          <Anchor component={Link} to={began ? `/schedules/${began.id}` : "/schedules"}>
            {began ? began.name : "Schedules"}
          </Anchor>
        }
      />
      <form className={classes.form} onSubmit={submit} noValidate>
        <div className={classes.above}>
          {saving.conflict && (
            <Conflict
              what="schedule"
              differences={saving.conflict}
              onTheirs={() => saving.startAgain(onStartAgain)}
              onMine={saving.saveOnTop}
              saving={saving.pending}
            />
          )}
          {saving.elsewhere && (
            <Notice tone="bad" title="It could not be saved">
              {saving.elsewhere}
            </Notice>
          )}
        </div>
        <ol className={classes.steps}>
          {STEPS.map((each, index) => (
            <li key={each.value}>
              <UnstyledButton
                className={classes.step}
                aria-current={each.value === step ? "step" : undefined}
                data-wrong={saving.wrongSteps.has(each.value) || undefined}
                disabled={index > 0 && !ready}
                onClick={() => onStep(each.value)}
              >
                <b>{each.label}</b>
                <span className={classes.summary}>{summaries[each.value]}</span>
              </UnstyledButton>
            </li>
          ))}
        </ol>
        <Suspense fallback={<Waiting />}>
          {step === "what" && (
            <WhatStep draft={draft} change={change} at={saving.at} atReport={saving.atReport} />
          )}
          {step === "when" && <WhenStep draft={draft} change={change} at={saving.at} />}
          {step === "whom" && <WhomStep draft={draft} change={change} at={saving.at} type={type} />}
          {step === "condition" && (
            <ConditionStep draft={draft} change={change} at={saving.at} kpis={type?.kpis ?? []} />
          )}
        </Suspense>
        <div className={classes.foot}>
          {(last || began) && (
            <TextInput
              className={classes.name}
              label="Name of the schedule"
              placeholder={nameFor(draft)}
              value={draft.name}
              onChange={(event) => change({ name: event.currentTarget.value })}
              error={saving.at("/name")}
            />
          )}
          <span className={classes.buttons}>
            {!began && place > 0 && (
              <Button variant="default" onClick={() => onStep(STEPS[place - 1]?.value ?? "what")}>
                Back
              </Button>
            )}
            <Button type="submit" loading={saving.pending} disabled={!ready}>
              {began ? "Save" : last ? "Save the schedule" : "Next"}
            </Button>
          </span>
        </div>
      </form>
    </>
  );
}

/** What is chosen at each step, in a few words. */
function useSummaries(draft: Draft): Record<Step, string> {
  const { data: definitions } = useQuery(definitionsQuery);
  const saved = definitions?.items.find((each) => each.id === draft.definition);
  return {
    what: saved?.name ?? draft.fresh.name,
    when: cadenceWords(draft.cadence),
    whom: whomWords(entriesOf(draft.recipients), draft.burst, 2),
    condition: conditionWords(draft.condition),
  };
}

function useReportType(draft: Draft): ReportType | undefined {
  const { data: definitions } = useQuery(definitionsQuery);
  const { data: types } = useQuery(reportTypesQuery);
  const saved = definitions?.items.find((each) => each.id === draft.definition);
  // One that was saved just now is not in the list yet.
  const name = draft.definition === null ? draft.fresh.type : (saved?.type ?? draft.fresh.type);
  return types?.find((each) => each.name === name);
}
