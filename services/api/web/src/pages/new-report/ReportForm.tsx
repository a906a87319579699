import { Anchor, Button, Checkbox, Group, Input, Stack } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { type SyntheticEvent, useEffect, useMemo, useState } from "react";

import { answered, api, type ReportType, type Run } from "../../api/client";
import { inWords, Refused } from "../../api/problems";
import { runQuery } from "../../api/queries";
import { LanguageField } from "../../features/languages/LanguageField";
import { changedParameters, fieldsOf } from "../../features/parameters/fields";
import { useKnownNames } from "../../features/parameters/known-names";
import { ParameterField } from "../../features/parameters/ParameterField";
import { PeriodField } from "../../features/periods/PeriodField";
import { addressedTo } from "../../features/recipients/recipients";
import { RecipientsField } from "../../features/recipients/RecipientsField";
import { formatName } from "../../features/runs/Files";
import { Notice } from "../../parts/Notice";
import { PageHeader } from "../../parts/PageHeader";
import { Waiting } from "../../parts/Waiting";
import { type Draft, draftOf, draftLike, searchOf } from "./draft";
import { Preview } from "./Preview";
import { previewRequest } from "./preview-request";
import classes from "./ReportForm.module.css";

const route = getRouteApi("/inside/new");

/** Over what, as which files and for whom. */
export function ReportForm({ type }: { type: ReportType }) {
  const { like } = route.useSearch();
  const earlier = useQuery({ ...runQuery(like ?? ""), enabled: like !== undefined });
  if (like !== undefined && earlier.isPending) return <Waiting />;
  return <Form type={type} like={earlier.data} />;
}

function Form({ type, like }: { type: ReportType; like: Run | undefined }) {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/new" });
  const client = useQueryClient();
  const fields = useMemo(() => fieldsOf(type.parameters_schema), [type]);
  const known = useKnownNames(type.name);
  const [draft, setDraft] = useState<Draft>(() =>
    like === undefined ? draftOf(search, type) : draftLike(like),
  );
  const change = (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed }));

  const seen = useMemo(() => previewRequest(type.name, draft, fields), [type, draft, fields]);

  // The address says what was chosen, so that it can be kept and sent; people are not in it.
  useEffect(() => {
    void navigate({ search: { type: type.name, ...searchOf(draft, fields) }, replace: true });
  }, [draft, fields, navigate, type]);

  const ask = useMutation({
    mutationFn: () =>
      answered(
        api.POST("/api/v1/reports", {
          body: {
            type: type.name,
            formats: draft.formats,
            period: draft.period as never,
            parameters: changedParameters(fields, draft.parameters),
            language: draft.language,
            deliver_to: addressedTo(draft.recipients),
          },
          params: { header: { "idempotency-key": crypto.randomUUID() } },
        }),
      ),
    onSuccess: (run) => {
      client.setQueryData(runQuery(run.id).queryKey, run);
      void client.invalidateQueries({ queryKey: ["runs"] });
      void navigate({ to: "/runs/$id", params: { id: run.id } });
    },
  });
  const refused = ask.error instanceof Refused ? ask.error : undefined;
  const at = (field: string) => refused?.at(field);
  const shown = [
    "/period",
    "/formats",
    "/language",
    "/deliver_to",
    ...fields.map((field) => `/parameters/${field.name}`),
  ];
  const elsewhere = refused ? refused.elsewhere(shown) : ask.error && inWords(ask.error);

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    ask.mutate();
  };

  return (
    <>
      <PageHeader
        title={type.title}
        above={
          <Anchor component={Link} to="/new">
            New report
          </Anchor>
        }
        about={type.description}
      />
      <div className={classes.beside}>
        <form onSubmit={submit} className={classes.form} noValidate>
          <Stack gap="lg">
            <PeriodField
              value={draft.period}
              onChange={(period) => change({ period })}
              error={at("/period")}
            />
            {fields.length > 0 && (
              <fieldset className={classes.group}>
                <legend>What of it</legend>
                <div className={classes.fields}>
                  {fields.map((field) => (
                    <ParameterField
                      key={field.name}
                      field={field}
                      value={draft.parameters[field.name] ?? field.initial}
                      onChange={(value) =>
                        change({ parameters: { ...draft.parameters, [field.name]: value } })
                      }
                      error={at(`/parameters/${field.name}`)}
                      known={known.of(field.name)}
                    />
                  ))}
                </div>
                {known.trouble && (
                  <Notice tone="wait" title="The names to choose from could not be looked up">
                    {known.trouble}
                  </Notice>
                )}
              </fieldset>
            )}
            <Checkbox.Group
              label="Files"
              description="More can be made later, of the same data."
              value={draft.formats}
              onChange={(formats) => change({ formats })}
              error={at("/formats")}
            >
              <Group mt="xs" gap="lg">
                {type.formats.map((format) => (
                  <Checkbox key={format} value={format} label={formatName(format)} />
                ))}
              </Group>
            </Checkbox.Group>
            <LanguageField
              languages={type.languages}
              value={draft.language}
              onChange={(language) => change({ language })}
              error={at("/language")}
              className={classes.short}
            />
            <RecipientsField
              label="Send it to"
              description="E-mail addresses; leave it empty to look at the report here."
              value={draft.recipients}
              onChange={(recipients) => change({ recipients })}
              byRole={false}
              error={at("/deliver_to")}
            />
            {elsewhere && (
              <Notice tone="bad" title="That cannot be asked for">
                {elsewhere}
              </Notice>
            )}
            {refused && !elsewhere && (
              <Input.Error role="alert">
                Look at the fields above: something is not right.
              </Input.Error>
            )}
            <Group>
              <Button
                type="submit"
                size="md"
                loading={ask.isPending}
                disabled={draft.formats.length === 0}
              >
                Generate
              </Button>
            </Group>
          </Stack>
        </form>
        <Preview of={seen} />
      </div>
    </>
  );
}
