import { Button, ColorInput, FileInput, Select, Stack, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type SyntheticEvent, useState } from "react";

import { houseStyleQuery } from "../../api/administration";
import { answered, api, type Schemas } from "../../api/client";
import { Waiting } from "../../parts/Waiting";
import classes from "./Administration.module.css";
import sheet from "./Looks.module.css";
import { useChange } from "./useChange";

type Style = Schemas["HouseStyle"];

/** Paper, logo, colours and footer of reports. */
export function Looks() {
  const style = useQuery(houseStyleQuery);
  if (style.data === undefined) return <Waiting />;
  return <Form initial={style.data} />;
}

function Form({ initial }: { initial: Style }) {
  const [style, setStyle] = useState(initial);
  const change = (changed: Partial<Style>) => setStyle({ ...style, ...changed });
  const navigate = useNavigate();
  const save = useChange(
    () => answered(api.PUT("/api/v1/settings/house-style", { body: style })),
    houseStyleQuery.queryKey,
    "Saved: reports look like this from now on",
  );
  const proof = useChange(async () => {
    await answered(api.PUT("/api/v1/settings/house-style", { body: style }));
    const run = await answered(
      api.POST("/api/v1/reports", {
        body: {
          type: "delivery_summary",
          formats: ["pdf"],
          period: { preset: "last_month" },
        },
        params: { header: { "idempotency-key": crypto.randomUUID() } },
      }),
    );
    void navigate({ to: "/runs/$id", params: { id: run.id }, search: { tab: "timeline" } });
  }, houseStyleQuery.queryKey);
  const at = (field: string) => save.at(field) ?? proof.at(field);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    save.mutate(undefined);
  };
  const readLogo = (file: File | null) => {
    if (file === null) return change({ logo: null });
    if (file.type !== "image/png" && file.type !== "image/svg+xml") {
      notifications.show({ color: "warning", message: "A logo is a PNG or an SVG file." });
      return;
    }
    const media_type = file.type;
    void asBase64(file).then((data) => change({ logo: { media_type, data } as Style["logo"] }));
  };

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="xl">
        <div className={classes.fields}>
          <Select
            label="Paper"
            data={[
              { value: "a4", label: "A4" },
              { value: "letter", label: "US Letter" },
            ]}
            value={style.paper ?? "a4"}
            onChange={(paper) => change({ paper: (paper ?? "a4") as Style["paper"] })}
            allowDeselect={false}
            error={at("/paper")}
          />
          <ColorInput
            label="Colour"
            description="Of words and bars that stand out."
            format="hex"
            value={style.colour ?? ""}
            onChange={(colour) => change({ colour: colour.toUpperCase() })}
            eyeDropperButtonProps={{ "aria-label": "Pick the colour from the screen" }}
            error={at("/colour")}
          />
          <ColorInput
            label="Second colour"
            description="Of the lines at head and foot."
            format="hex"
            value={style.second_colour ?? ""}
            onChange={(second_colour) => change({ second_colour: second_colour.toUpperCase() })}
            eyeDropperButtonProps={{ "aria-label": "Pick the second colour from the screen" }}
            error={at("/second_colour")}
          />
          <FileInput
            label="Logo"
            description="PNG or SVG."
            placeholder={style.logo ? "There is one; choose another" : "None"}
            accept="image/png,image/svg+xml"
            clearable
            clearButtonProps={{ "aria-label": "No logo" }}
            onChange={readLogo}
            error={at("/logo")}
          />
          <TextInput
            label="Foot line"
            description="At the foot of every page."
            maxLength={120}
            value={style.footer ?? ""}
            onChange={(event) => change({ footer: event.currentTarget.value })}
            error={at("/footer")}
          />
        </div>
        <Sheet style={style} />
        <div className={sheet.buttons}>
          <Button type="submit" loading={save.isPending}>
            Save
          </Button>
          {style.logo && (
            <Button variant="default" onClick={() => change({ logo: null })}>
              Take the logo away
            </Button>
          )}
          <Button
            variant="default"
            loading={proof.isPending}
            onClick={() => proof.mutate(undefined)}
          >
            Save, and make a PDF with it
          </Button>
        </div>
      </Stack>
    </form>
  );
}

/** How a page will look, drawn as one edits; the PDF itself is made on demand. */
function Sheet({ style }: { style: Style }) {
  const second = { borderColor: style.second_colour ?? "#7A8694" };
  const first = style.colour ?? "#1F4E79";
  return (
    <figure className={classes.sheet} aria-label="How a page will look">
      <div className={sheet.head} style={second}>
        <span style={{ color: first }}>Delivery summary</span>
        {style.logo && (
          <img alt="The logo" src={`data:${style.logo.media_type};base64,${style.logo.data}`} />
        )}
      </div>
      <div className={sheet.bars} aria-hidden>
        {[62, 84, 47, 96, 71].map((height) => (
          <span key={height} style={{ height, background: first }} />
        ))}
      </div>
      <div className={sheet.foot} style={second}>
        <span>{style.footer}</span>
        <span>Page 1 of 1</span>
      </div>
    </figure>
  );
}

async function asBase64(file: File): Promise<string> {
  const octets = new Uint8Array(await file.arrayBuffer());
  return btoa(Array.from(octets, (octet) => String.fromCharCode(octet)).join(""));
}
