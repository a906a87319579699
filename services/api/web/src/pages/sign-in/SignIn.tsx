import { Button, Group, PasswordInput, Text } from "@mantine/core";
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { type SyntheticEvent, useEffect, useState } from "react";

import { answered, api, carryCsrf, type Session } from "../../api/client";
import { inWords, Refused } from "../../api/problems";
import { sessionQuery } from "../../api/queries";
import { Brand } from "../../parts/Brand";
import { Notice } from "../../parts/Notice";
import classes from "./SignIn.module.css";

const route = getRouteApi("/sign-in");

const DEMO_ROLES = [
  { role: "admin", label: "As administrator" },
  { role: "author", label: "As author" },
  { role: "viewer", label: "As viewer" },
] as const;

/** Why an OpenID provider's answer let nobody in. */
const TROUBLES: Record<string, string> = {
  denied: "You were not let in there, or turned back. Try again, or ask whoever runs it.",
  stale: "That sign-in was begun too long ago, or in another browser. Try again.",
  unreachable: "The place to sign in does not answer. Try again in a minute.",
  untrusted: "Its answer did not pass our checks, so nobody was let in. Tell your operator.",
  busy: "Too many people sign in from here at once. Try again in a minute.",
  unknown: "It knows you, but Broadsheet has no place for you yet. Ask your administrator.",
};

/** The ways in: an OpenID provider, a token, and on one's own machine the demo. */
export function SignIn() {
  const { data: session } = useSuspenseQuery(sessionQuery);
  const { to, trouble } = route.useSearch();
  const router = useRouter();
  const client = useQueryClient();
  const [token, setToken] = useState("");

  useEffect(() => {
    document.title = "Sign in · Broadsheet";
  }, []);

  const enter = (begun: Session) => {
    client.clear();
    carryCsrf(begun.signed_in?.csrf);
    client.setQueryData(sessionQuery.queryKey, begun);
    router.history.push(to ?? "/");
  };
  const withToken = useMutation({
    mutationFn: () => answered(api.POST("/session", { body: { token } })),
    onSuccess: enter,
  });
  const withDemo = useMutation({
    mutationFn: (role: (typeof DEMO_ROLES)[number]["role"]) =>
      answered(api.POST("/session/demo", { body: { role } })),
    onSuccess: enter,
  });

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    withToken.mutate();
  };
  const refused = withToken.error;
  const atToken = refused instanceof Refused ? refused.at("/token") : undefined;

  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <Brand />
        <h1 className={classes.title}>Sign in</h1>
        {trouble !== undefined && (
          <Notice tone="bad">{TROUBLES[trouble] ?? "You were not signed in. Try again."}</Notice>
        )}
        {session.provider !== null && (
          <section className={classes.part}>
            {/* A real link: the provider is another site. */}
            <Button
              component="a"
              href={`/session/openid/?${new URLSearchParams({ to: to ?? "/" }).toString()}`}
            >
              Sign in with {session.provider}
            </Button>
          </section>
        )}
        {session.demo && (
          <section aria-labelledby="demo" className={classes.part}>
            <h2 id="demo" className={classes.heading}>
              Look at the demo
            </h2>
            <Text c="dimmed" size="sm">
              This machine runs Broadsheet with the data of a made-up studio. Nothing leaves it.
            </Text>
            <Group gap="xs">
              {DEMO_ROLES.map(({ role, label }, index) => (
                <Button
                  key={role}
                  variant={index === 0 ? "filled" : "default"}
                  loading={withDemo.isPending && withDemo.variables === role}
                  onClick={() => withDemo.mutate(role)}
                >
                  {label}
                </Button>
              ))}
            </Group>
            {withDemo.error && <Notice tone="bad">{inWords(withDemo.error)}</Notice>}
          </section>
        )}
        <section aria-labelledby="token" className={classes.part}>
          <h2 id="token" className={classes.heading}>
            {session.demo || session.provider !== null ? "Or with a token" : "With your token"}
          </h2>
          <form onSubmit={submit} className={classes.form}>
            <PasswordInput
              label="Token"
              description={
                session.demo
                  ? "`broadsheet token` prints one; your operator gives you others."
                  : "Your operator gives you one."
              }
              value={token}
              onChange={(event) => setToken(event.currentTarget.value)}
              error={atToken ?? (refused ? inWords(refused) : undefined)}
              visibilityToggleButtonProps={{ "aria-label": "Show the token" }}
              autoComplete="off"
              required
              withAsterisk={false}
            />
            <Button
              type="submit"
              variant={session.demo || session.provider !== null ? "default" : "filled"}
              loading={withToken.isPending}
              disabled={token.trim() === ""}
            >
              Sign in
            </Button>
          </form>
        </section>
      </div>
    </main>
  );
}
