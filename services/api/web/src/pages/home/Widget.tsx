import { ActionIcon, Menu } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { DotsHorizontalIcon } from "@radix-ui/react-icons";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";

import { sessionQuery } from "../../api/queries";
import { type Widget as WidgetOf, WidgetFigures } from "../../features/widgets/WidgetFigures";
import classes from "./Widget.module.css";

const Embedding = lazy(() => import("../../features/embedding/Embedding"));

/** A key figure of the latest report of a type, with its trend; it leads to that report. */
export function Widget({ widget }: { widget: WidgetOf }) {
  const { data: session } = useSuspenseQuery(sessionQuery);
  return (
    <div className={classes.place}>
      {widget.report === null ? (
        <div className={classes.widget} data-empty>
          <WidgetFigures widget={widget} />
          <Link to="/new" search={{ type: widget.widget }} className={classes.make}>
            Make one
          </Link>
        </div>
      ) : (
        <Link to="/runs/$id" params={{ id: widget.report }} className={classes.widget}>
          <WidgetFigures widget={widget} />
        </Link>
      )}
      {session.signed_in?.role !== "viewer" && <More widget={widget} />}
    </div>
  );
}

function More({ widget }: { widget: WidgetOf }) {
  const [embedding, { open, close }] = useDisclosure();
  const name = widget.kpi?.title ?? widget.title;
  return (
    <>
      <Menu position="bottom-end" width={200}>
        <Menu.Target>
          <ActionIcon
            className={classes.more}
            variant="subtle"
            color="gray"
            aria-label={`More about ${name}`}
          >
            <DotsHorizontalIcon />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component={Link} to={`/new?type=${widget.widget}`}>
            Make a new report of it
          </Menu.Item>
          <Menu.Item onClick={open}>Embed elsewhere…</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {embedding && (
        <Suspense fallback={null}>
          <Embedding widget={widget.widget} name={name} onClose={close} />
        </Suspense>
      )}
    </>
  );
}
