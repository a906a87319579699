import { Button, Menu } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import type { Run } from "../../api/client";
import { reportTypesQuery } from "../../api/queries";
import { downloadPath, formatName } from "../../features/runs/Files";
import { useRunActions } from "../../features/runs/useRunActions";
import { statusWord } from "../../parts/statuses";
import { formatsToMake, type Slice, sliceWords } from "./slices";
import classes from "./Slices.module.css";

/** The files of one part: those that are there to be saved, the others to be made. */
export function PartFiles({ run, slice }: { run: Run; slice: Slice }) {
  const { data: types } = useQuery(reportTypesQuery);
  const { render, mayRender } = useRunActions(run);
  const offered = types?.find((type) => type.name === run.type)?.formats ?? [];
  const others = mayRender ? formatsToMake(slice, offered) : [];
  return (
    <div className={classes.files}>
      {slice.artifacts.map((artifact) =>
        artifact.status === "rendered" ? (
          <a
            key={artifact.format}
            href={downloadPath(run.id, artifact.format, slice.id)}
            aria-label={`${formatName(artifact.format)} of ${sliceWords(slice)}`}
            download
          >
            {formatName(artifact.format)}
          </a>
        ) : (
          <span key={artifact.format} className={classes.quiet} title={artifact.error?.message}>
            {formatName(artifact.format)}: {statusWord(artifact.status).toLowerCase()}
          </span>
        ),
      )}
      {others.length > 0 && (
        <Menu position="bottom-end" width={200}>
          <Menu.Target>
            <Button
              variant="subtle"
              size="compact-sm"
              className={classes.other}
              aria-label={`Another file of ${sliceWords(slice)}`}
              loading={render.isPending}
            >
              Another…
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>Make it of the same data</Menu.Label>
            {others.map((format) => (
              <Menu.Item key={format} onClick={() => render.mutate({ format, slice: slice.id })}>
                {formatName(format)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </div>
  );
}
