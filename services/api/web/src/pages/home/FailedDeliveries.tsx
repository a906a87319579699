import { Button } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import type { Delivery } from "../../api/ledger";
import { sessionQuery } from "../../api/queries";
import { useReportTitle } from "../../features/runs/report-names";
import { Moment } from "../../parts/Moment";
import { Notice } from "../../parts/Notice";
import type { Undelivered } from "./undelivered";

/** Deliveries that somebody has to say something about, or may send again. */
export function FailedDeliveries({ undelivered }: { undelivered: Undelivered }) {
  const { status, shown, more } = undelivered;
  return (
    <>
      {shown.map((delivery) => (
        <Undone key={delivery.id} delivery={delivery} />
      ))}
      {more && (
        <Link to="/deliveries" search={{ status }}>
          {ALL[status]}
        </Link>
      )}
    </>
  );
}

const ALL: Record<Undelivered["status"], string> = {
  uncertain: "All deliveries that may have arrived",
  failed: "All deliveries that failed",
  bounced: "All deliveries that came back",
};

function titleWords(status: Delivery["status"], report: string, to: string): string {
  if (status === "uncertain") return `Nobody can tell whether ${report} reached ${to}`;
  return status === "bounced" ? `${report} came back from ${to}` : `${report} did not reach ${to}`;
}

function Undone({ delivery }: { delivery: Delivery }) {
  const titleOf = useReportTitle();
  const { data: session } = useSuspenseQuery(sessionQuery);
  const uncertain = delivery.status === "uncertain";
  const mayResolve = uncertain && session.signed_in?.role !== "viewer";
  const title = titleOf(delivery.type);
  return (
    <Notice
      tone={uncertain ? "wait" : "bad"}
      title={titleWords(delivery.status, title, delivery.to)}
      action={
        <Button
          variant="default"
          size="xs"
          component={Link}
          to={`/deliveries/${delivery.id}`}
          aria-label={`${mayResolve ? "Resolve" : "Look at"} the delivery to ${delivery.to}`}
        >
          {mayResolve ? "Resolve" : "Look"}
        </Button>
      }
    >
      {delivery.answer && `${delivery.answer} · `}
      <Moment at={delivery.finished_at ?? delivery.created_at} />
    </Notice>
  );
}
