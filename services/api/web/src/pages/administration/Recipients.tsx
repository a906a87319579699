import { Button, Radio, Stack, TagsInput, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";

import { addressesQuery, policyQuery } from "../../api/administration";
import { answered, api, type Schemas } from "../../api/client";
import { Moment } from "../../parts/Moment";
import { Notice } from "../../parts/Notice";
import { StatusMark } from "../../parts/StatusMark";
import { Waiting } from "../../parts/Waiting";
import classes from "./Administration.module.css";
import { Suppressed } from "./Suppressed";
import { useChange } from "./useChange";

/** Who may be sent reports, and which addresses were asked. */
export function Recipients() {
  const policy = useQuery(policyQuery);
  if (policy.data === undefined) return <Waiting />;
  return (
    <Stack gap="xl">
      <Policy initial={policy.data} />
      <Asked />
      <Suppressed />
    </Stack>
  );
}

function Policy({ initial }: { initial: Schemas["RecipientPolicy"] }) {
  const [policy, setPolicy] = useState(initial);
  const save = useChange(
    () => answered(api.PUT("/api/v1/settings/recipients", { body: policy })),
    policyQuery.queryKey,
    "Saved",
  );
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    save.mutate(undefined);
  };
  const others = policy.others ?? "allowed";
  return (
    <form className={classes.form} onSubmit={submit} noValidate>
      <Radio.Group
        label="Addresses that are no member's"
        description="Members' own addresses are always allowed."
        value={others}
        onChange={(chosen) => setPolicy({ ...policy, others: chosen as typeof others })}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="allowed" label="May be sent reports" />
          <Radio value="confirmed" label="Once they have confirmed by mail that they want them" />
          <Radio value="refused" label="Are refused, unless they are named here" />
        </Stack>
      </Radio.Group>
      {others !== "allowed" && (
        <>
          <TagsInput
            label="Domains that are allowed"
            description="*.studio.example is every name below studio.example."
            value={policy.domains ?? []}
            onChange={(domains) => setPolicy({ ...policy, domains })}
            error={save.at("/domains")}
            acceptValueOnBlur
          />
          <TagsInput
            label="Addresses that are allowed"
            value={policy.addresses ?? []}
            onChange={(addresses) => setPolicy({ ...policy, addresses })}
            error={save.at("/addresses")}
            acceptValueOnBlur
          />
        </>
      )}
      <div>
        <Button type="submit" loading={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}

function Asked() {
  const addresses = useQuery(addressesQuery);
  const [address, setAddress] = useState("");
  const key = addressesQuery.queryKey;
  const ask = useChange(
    () => answered(api.POST("/api/v1/confirmed-addresses", { body: { address: address.trim() } })),
    key,
    "A mail was sent that asks",
  );
  const forget = useChange(
    (forgotten: string) =>
      answered<unknown>(
        api.DELETE("/api/v1/confirmed-addresses/{address}", {
          params: { path: { address: forgotten } },
        }),
      ),
    key,
  );
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    ask.mutate(undefined, { onSuccess: () => setAddress("") });
  };
  return (
    <section aria-labelledby="asked">
      <h2 id="asked">Addresses that were asked</h2>
      <form className={classes.above} onSubmit={submit} noValidate>
        <TextInput
          label="Ask an address whether it wants reports"
          placeholder="someone@example.com"
          miw={280}
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
          error={ask.at("/address")}
        />
        <Button
          type="submit"
          variant="default"
          loading={ask.isPending}
          disabled={address.trim() === ""}
        >
          Ask
        </Button>
      </form>
      {addresses.data?.length === 0 && <p className={classes.quiet}>None was asked yet.</p>}
      {addresses.error && <Notice tone="bad" title="They could not be read" />}
      <ul className={classes.list} aria-label="Addresses that were asked">
        {(addresses.data ?? []).map((each) => (
          <li key={each.address} className={classes.row}>
            <span className={classes.words}>
              <span className={classes.name}>{each.address}</span>
              <span className={classes.quiet}>
                asked by {each.asked_by} <Moment at={each.asked_at} />
              </span>
            </span>
            <StatusMark status={each.status} />
            <Button
              size="xs"
              variant="subtle"
              color="gray"
              aria-label={`Forget ${each.address}`}
              onClick={() => forget.mutate(each.address)}
            >
              Forget
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
