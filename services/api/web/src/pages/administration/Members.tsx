import { Button, Group, Modal, Select, Stack, Switch, TextInput } from "@mantine/core";
import { PlusIcon } from "@radix-ui/react-icons";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";

import { type Member, membersQuery } from "../../api/administration";
import { answered, api, type Schemas } from "../../api/client";
import { sessionQuery } from "../../api/queries";
import { Waiting } from "../../parts/Waiting";
import classes from "./Administration.module.css";
import { useChange } from "./useChange";

const ROLES = [
  { value: "viewer", label: "Viewer: reads" },
  { value: "author", label: "Author: also asks and schedules" },
  { value: "admin", label: "Administrator" },
];

/** Who belongs to the organisation, and what each may do. */
export function Members() {
  const members = useQuery(membersQuery);
  const { data: session } = useSuspenseQuery(sessionQuery);
  const [edited, setEdited] = useState<Member | "new">();
  const remove = useChange(
    ({ sub }: Member) =>
      answered<unknown>(api.DELETE("/api/v1/members/{sub}", { params: { path: { sub } } })),
    membersQuery.queryKey,
    {
      words: "The member is removed",
      undo: ({ sub, role, email, team, active }) =>
        answered(
          api.PUT("/api/v1/members/{sub}", {
            params: { path: { sub } },
            body: { role, email, team, active },
          }),
        ),
    },
  );
  if (members.data === undefined) return <Waiting />;
  return (
    <>
      <div className={classes.above}>
        <p>A member's role is the most that their tokens may do. Who is inactive is refused.</p>
        <Button leftSection={<PlusIcon aria-hidden />} onClick={() => setEdited("new")}>
          Add a member
        </Button>
      </div>
      <ul className={classes.list} aria-label="Members">
        {members.data.map((member) => (
          <li key={member.sub} className={classes.row}>
            <span className={classes.words}>
              <span className={classes.name}>{member.sub}</span>
              <span className={classes.quiet}>
                {[member.email ?? "no address", member.team].filter(Boolean).join(", ")}
              </span>
            </span>
            <span>
              {member.role}
              {!member.active && ", inactive"}
            </span>
            <span className={classes.buttons}>
              <Button
                size="xs"
                variant="default"
                aria-label={`Change ${member.sub}`}
                onClick={() => setEdited(member)}
              >
                Change
              </Button>
              {member.sub !== session.signed_in?.sub && (
                <Button
                  size="xs"
                  variant="subtle"
                  color="warning"
                  aria-label={`Remove ${member.sub}`}
                  onClick={() => remove.mutate(member)}
                >
                  Remove
                </Button>
              )}
            </span>
          </li>
        ))}
      </ul>
      {edited && (
        <MemberForm
          member={edited === "new" ? undefined : edited}
          onClose={() => setEdited(undefined)}
        />
      )}
    </>
  );
}

function MemberForm({ member, onClose }: { member: Member | undefined; onClose: () => void }) {
  const [sub, setSub] = useState(member?.sub ?? "");
  const [body, setBody] = useState<Schemas["MemberBody"]>({
    role: member?.role ?? "viewer",
    email: member?.email ?? null,
    team: member?.team ?? null,
    active: member?.active ?? true,
  });
  const save = useChange(
    () =>
      answered(api.PUT("/api/v1/members/{sub}", { params: { path: { sub: sub.trim() } }, body })),
    membersQuery.queryKey,
    "Saved",
  );
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    save.mutate(undefined, { onSuccess: onClose });
  };
  return (
    <Modal opened onClose={onClose} title={member ? `Change ${member.sub}` : "Add a member"}>
      <form onSubmit={submit} noValidate>
        <Stack>
          {!member && (
            <TextInput
              label="Who"
              description="As their tokens name them (sub)."
              data-autofocus
              value={sub}
              onChange={(event) => setSub(event.currentTarget.value)}
              error={save.at("/sub") ?? save.at("sub")}
            />
          )}
          <Select
            label="Role"
            data={ROLES}
            value={body.role}
            onChange={(role) => setBody({ ...body, role: (role ?? body.role) as Member["role"] })}
            allowDeselect={false}
            error={save.at("/role") ?? (member ? save.at("sub") : undefined)}
          />
          <TextInput
            label="E-mail address"
            value={body.email ?? ""}
            onChange={(event) => setBody({ ...body, email: event.currentTarget.value || null })}
            error={save.at("/email")}
          />
          <TextInput
            label="Team"
            value={body.team ?? ""}
            onChange={(event) => setBody({ ...body, team: event.currentTarget.value || null })}
            error={save.at("/team")}
          />
          <Switch
            label="Active"
            checked={body.active ?? true}
            onChange={(event) => setBody({ ...body, active: event.currentTarget.checked })}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={sub.trim() === ""}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
