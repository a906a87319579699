import { Checkbox, Group, Input, MultiSelect, Stack, TagsInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { destinationsQuery } from "../../api/ledger";
import { type MemberRole, type Recipients } from "./recipients";

interface Props {
  value: Recipients;
  onChange: (recipients: Recipients) => void;
  label?: string;
  description?: string;
  /** Whether everybody of a role can be chosen: by a schedule alone, which asks who that is. */
  byRole?: boolean;
  error?: string | undefined;
}

const ROLES: readonly { value: MemberRole; label: string }[] = [
  { value: "viewer", label: "Every viewer" },
  { value: "author", label: "Every author" },
  { value: "admin", label: "Every administrator" },
];

/** Who gets the files. */
export function RecipientsField({
  value,
  onChange,
  label = "E-mail addresses",
  description = "Press Enter after each.",
  byRole = true,
  error,
}: Props) {
  const { data: destinations } = useQuery(destinationsQuery);
  return (
    <Stack gap="lg">
      <TagsInput
        label={label}
        description={description}
        placeholder={value.addresses.length === 0 ? "someone@example.com" : ""}
        value={value.addresses}
        onChange={(addresses) => onChange({ ...value, addresses })}
        error={error}
        splitChars={[",", ";", " "]}
        acceptValueOnBlur
        clearable
        clearButtonProps={{ "aria-label": "Clear all addresses" }}
      />
      {byRole && (
        <Input.Wrapper
          label="Members by role"
          labelElement="div"
          labelProps={{ id: "roles" }}
          description="Whoever has the role when it fires."
        >
          <Checkbox.Group
            value={value.roles}
            onChange={(roles) => onChange({ ...value, roles: roles as MemberRole[] })}
            aria-labelledby="roles"
          >
            <Group mt="xs" gap="lg">
              {ROLES.map((role) => (
                <Checkbox key={role.value} value={role.value} label={role.label} />
              ))}
            </Group>
          </Checkbox.Group>
        </Input.Wrapper>
      )}
      {(destinations?.length ?? 0) > 0 && (
        <MultiSelect
          label="Destinations"
          description="Folders, buckets and channels that an administrator has set up."
          data={(destinations ?? []).map((each) => ({
            value: `${each.channel}:${each.name}`,
            label: `${each.name} (${each.channel})`,
          }))}
          value={value.destinations}
          onChange={(chosen) => onChange({ ...value, destinations: chosen })}
        />
      )}
    </Stack>
  );
}
