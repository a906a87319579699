import { Button, Menu } from "@mantine/core";
import { ChevronDownIcon, DownloadIcon } from "@radix-ui/react-icons";
import { useQuery } from "@tanstack/react-query";

import type { Run } from "../../api/client";
import { reportTypesQuery } from "../../api/queries";
import { bytes } from "../../parts/sizes";
import { useRunActions } from "./useRunActions";

/** The files of a run: those that are there to be saved, the others to be made. */
export function Files({ run }: { run: Run }) {
  const { data: types } = useQuery(reportTypesQuery);
  const { render, mayRender } = useRunActions(run);
  const there = new Map(run.artifacts.map((artifact) => [artifact.format, artifact]));
  const offered = types?.find((type) => type.name === run.type)?.formats ?? [];
  const others = offered.filter((format) => !there.has(format));
  if (run.artifacts.length === 0) return null;

  return (
    <Menu position="bottom-end" width={240} closeOnItemClick={false}>
      <Menu.Target>
        <Button
          leftSection={<DownloadIcon aria-hidden />}
          rightSection={<ChevronDownIcon aria-hidden />}
        >
          Download
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {run.artifacts.map((artifact) =>
          artifact.status === "rendered" ? (
            <Menu.Item
              key={artifact.format}
              component="a"
              href={downloadPath(run.id, artifact.format)}
              download
              rightSection={artifact.size === null ? "" : bytes(artifact.size)}
            >
              {formatName(artifact.format)}
            </Menu.Item>
          ) : (
            <Menu.Item
              key={artifact.format}
              disabled={artifact.status !== "failed" || !mayRender}
              onClick={() => render.mutate({ format: artifact.format })}
              rightSection={WORDS[artifact.status]}
            >
              {formatName(artifact.format)}
            </Menu.Item>
          ),
        )}
        {mayRender && others.length > 0 && (
          <>
            <Menu.Divider />
            <Menu.Label>Make it of the same data</Menu.Label>
            {others.map((format) => (
              <Menu.Item key={format} onClick={() => render.mutate({ format })}>
                {formatName(format)}
              </Menu.Item>
            ))}
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

const WORDS: Record<string, string> = {
  pending: "being made…",
  failed: "failed: try again",
  expired: "no longer kept",
};

const NAMES: Record<string, string> = {
  pdf: "PDF",
  html: "Web page (HTML)",
  xlsx: "Excel (XLSX)",
  csv: "CSV",
  json: "JSON",
  ndjson: "JSON lines (NDJSON)",
  parquet: "Parquet",
};

/** What people call a format. */
export function formatName(format: string): string {
  return NAMES[format] ?? format.toUpperCase();
}

/** Where a file of a run, or of a part of it, is fetched; of this site, whatever name the API goes by elsewhere. */
export function downloadPath(id: string, format: string, slice?: string): string {
  const asked = new URLSearchParams({ format, ...(slice === undefined ? {} : { slice }) });
  return `/api/v1/reports/${id}/download?${asked.toString()}`;
}
