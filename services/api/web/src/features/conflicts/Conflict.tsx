import { Button } from "@mantine/core";

import { Notice } from "../../parts/Notice";
import classes from "./Conflict.module.css";

/** What somebody else changed, beside what one has oneself. */
export interface Difference {
  field: string;
  theirs: string;
  mine: string;
}

interface Props {
  /** For instance "schedule". */
  what: string;
  differences: Difference[];
  onTheirs: () => void;
  onMine: () => void;
  saving: boolean;
}

/** Somebody else saved meanwhile: nothing is lost until one has chosen. */
export function Conflict({ what, differences, onTheirs, onMine, saving }: Props) {
  return (
    <Notice
      tone="wait"
      title={`Somebody else changed this ${what} while you did`}
      action={
        <span className={classes.buttons}>
          <Button variant="default" onClick={onTheirs}>
            Start again from theirs
          </Button>
          <Button loading={saving} onClick={onMine}>
            Save mine on top
          </Button>
        </span>
      }
    >
      {differences.length === 0 ? (
        <p className={classes.conflict}>
          What they changed is not in this form. Nothing of yours was saved yet.
        </p>
      ) : (
        <>
          <p className={classes.conflict}>Nothing of yours was saved yet. They changed:</p>
          <ul className={classes.conflict}>
            {differences.map((each) => (
              <li key={each.field}>
                {each.field}: theirs is “{each.theirs}”, yours “{each.mine}”
              </li>
            ))}
          </ul>
        </>
      )}
    </Notice>
  );
}
