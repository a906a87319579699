import { Button, TextInput } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type SyntheticEvent, useState } from "react";

import { suppressionsQuery } from "../../api/administration";
import { answered, api } from "../../api/client";
import { Moment } from "../../parts/Moment";
import classes from "./Administration.module.css";
import { useChange } from "./useChange";

/** Addresses that get no mail: theirs came back, they asked for none, or somebody said so. */
export function Suppressed() {
  const suppressions = useInfiniteQuery(suppressionsQuery);
  const [address, setAddress] = useState("");
  const found = suppressions.data?.pages.flatMap((page) => page.items) ?? [];
  const suppress = (one: string) =>
    answered(api.POST("/api/v1/suppressions", { body: { address: one } }));
  const allow = (one: string) =>
    answered<unknown>(
      api.DELETE("/api/v1/suppressions/{address}", { params: { path: { address: one } } }),
    );
  const add = useChange(suppress, suppressionsQuery.queryKey, {
    words: "No mail goes there from now on",
    undo: allow,
  });
  const remove = useChange(allow, suppressionsQuery.queryKey, {
    words: "Mail goes there again",
    undo: suppress,
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    add.mutate(address.trim(), { onSuccess: () => setAddress("") });
  };
  return (
    <section aria-labelledby="suppressed">
      <h2 id="suppressed">Addresses that get no mail</h2>
      <form className={classes.above} onSubmit={submit} noValidate>
        <TextInput
          label="Send an address no mail"
          placeholder="someone@example.com"
          miw={280}
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
          error={add.at("/address")}
        />
        <Button
          type="submit"
          variant="default"
          loading={add.isPending}
          disabled={address.trim() === ""}
        >
          Add
        </Button>
      </form>
      {suppressions.data && found.length === 0 && (
        <p className={classes.quiet}>None: nothing came back, and nobody asked for no mail.</p>
      )}
      <ul className={classes.list} aria-label="Addresses that get no mail">
        {found.map((each) => (
          <li key={each.address} className={classes.row}>
            <span className={classes.words}>
              <span className={classes.name}>{each.address}</span>
              <span className={classes.quiet}>
                {each.detail}{" "}
                {each.delivery && (
                  <Link to="/deliveries/$id" params={{ id: each.delivery }}>
                    The delivery
                  </Link>
                )}
              </span>
            </span>
            <span className={classes.words}>
              {each.reason.replaceAll("_", " ")}
              <span className={classes.quiet}>
                by {each.created_by} <Moment at={each.created_at} />
              </span>
            </span>
            <Button
              size="xs"
              variant="default"
              aria-label={`Send ${each.address} mail again`}
              onClick={() => remove.mutate(each.address)}
            >
              Send mail again
            </Button>
          </li>
        ))}
      </ul>
      {suppressions.hasNextPage && (
        <Button variant="default" onClick={() => void suppressions.fetchNextPage()}>
          Show more
        </Button>
      )}
    </section>
  );
}
