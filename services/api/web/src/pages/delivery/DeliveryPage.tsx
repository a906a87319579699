import { Anchor, Button } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { channelsQuery, type DeliveryDetails, deliveryQuery } from "../../api/ledger";
import { runQuery, sessionQuery } from "../../api/queries";
import { canBeSentNow, useDeliveryActions } from "../../features/deliveries/useDeliveryActions";
import { useReportTitle } from "../../features/runs/report-names";
import { Moment } from "../../parts/Moment";
import { days, duration, exact } from "../../parts/moments";
import { Notice } from "../../parts/Notice";
import { PageHeader } from "../../parts/PageHeader";
import { bytes } from "../../parts/sizes";
import { StatusMark } from "../../parts/StatusMark";
import { Trouble } from "../../parts/Trouble";
import { Waiting } from "../../parts/Waiting";
import classes from "./DeliveryPage.module.css";

const route = getRouteApi("/inside/deliveries/$id");

/** One delivery: every attempt at it, what was answered, and what one may do about it. */
export function DeliveryPage() {
  const { id } = route.useParams();
  const delivery = useQuery(deliveryQuery(id));
  if (delivery.error) return <Trouble error={delivery.error} />;
  if (delivery.data === undefined) return <Waiting />;
  return <Whole delivery={delivery.data} />;
}

function Whole({ delivery }: { delivery: DeliveryDetails }) {
  const titleOf = useReportTitle();
  const { data: session } = useSuspenseQuery(sessionQuery);
  const { data: run } = useQuery(runQuery(delivery.run));
  const channel = useQuery(channelsQuery).data?.find((one) => one.name === delivery.channel);
  const { resend, resolve } = useDeliveryActions(delivery.id);
  const who = session.signed_in;
  const may = who?.role === "admin" || (who?.role === "author" && who.sub === run?.requested_by);
  const uncertain = delivery.status === "uncertain";

  return (
    <>
      <PageHeader
        title={`To ${delivery.to}`}
        above={
          <Anchor component={Link} to="/deliveries">
            Deliveries
          </Anchor>
        }
        about={<StatusMark status={delivery.status} />}
        actions={
          may &&
          canBeSentNow(delivery.status) && (
            <Button
              variant={uncertain || delivery.status === "sent" ? "default" : "filled"}
              loading={resend.isPending}
              onClick={() => resend.mutate()}
            >
              {delivery.status === "deferred" ? "Try now" : "Send it again"}
            </Button>
          )
        }
      />
      {uncertain && (
        <div className={classes.section}>
          <Notice
            tone="wait"
            title="Nobody can tell whether it arrived"
            action={
              may && (
                <span className={classes.buttons}>
                  <Button
                    variant="default"
                    loading={resolve.isPending}
                    onClick={() => resolve.mutate("did_not_arrive")}
                  >
                    It did not arrive
                  </Button>
                  <Button loading={resolve.isPending} onClick={() => resolve.mutate("arrived")}>
                    It arrived
                  </Button>
                </span>
              )
            }
          >
            It was sent whole, and the answer never came. Ask the recipient, then say it here.
          </Notice>
        </div>
      )}
      <dl className={classes.facts}>
        <Fact name="Report">
          <Link to="/runs/$id" params={{ id: delivery.run }}>
            {titleOf(delivery.type)}
          </Link>
          {run && `, ${days(run.period.from, run.period.to)}`}
        </Fact>
        <Fact name="By">{channel?.title ?? delivery.channel}</Fact>
        <Fact name="Asked for">
          <Moment at={delivery.created_at} />
        </Fact>
        {delivery.next_attempt_at && (
          <Fact name="Tried again">
            <Moment at={delivery.next_attempt_at} />
          </Fact>
        )}
        {delivery.receipt && <Fact name="Receipt">{delivery.receipt}</Fact>}
        {delivery.answer && <Fact name="Said last">{delivery.answer}</Fact>}
      </dl>
      <section aria-labelledby="attempts">
        <h2 id="attempts">Attempts</h2>
        {delivery.tries.length === 0 && <p className={classes.quiet}>None yet.</p>}
        <ol className={classes.list}>
          {delivery.tries.map((attempt) => (
            <li key={attempt.number}>
              <span className={classes.number}>{attempt.number}</span>
              <div className={classes.words}>
                <span>
                  <StatusMark status={attempt.outcome ?? "sending"} />{" "}
                  <Moment at={attempt.started_at} />
                </span>
                <span className={classes.quiet}>
                  {exact(new Date(attempt.started_at))}
                  {attempt.duration_ms !== null && `, ${duration(attempt.duration_ms)}`}
                  {attempt.host && `, ${attempt.host}`}
                </span>
                {attempt.answer && <span className={classes.answer}>{attempt.answer}</span>}
                {attempt.content && (
                  <span className={classes.quiet}>
                    {attempt.content.url && may ? (
                      <a href={pathOf(attempt.content.url)} download>
                        Fetch what was sent
                      </a>
                    ) : (
                      "What was sent"
                    )}{" "}
                    ({bytes(attempt.content.size)}, sha256 {attempt.content.sha256.slice(0, 12)}…)
                  </span>
                )}
              </div>
            </li>
          ))}
        </ol>
      </section>
    </>
  );
}

/** Without its host: the page asks nobody but the site that it is of. */
function pathOf(address: string): string {
  const { pathname, search } = new URL(address, window.location.origin);
  return pathname + search;
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
