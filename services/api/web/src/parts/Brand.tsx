import classes from "./Brand.module.css";

/** The name, as it stands at the head of the page. */
export function Brand() {
  return (
    <span className={classes.brand}>
      <img src="/favicon.svg" alt="" width={22} height={22} />
      Broadsheet
    </span>
  );
}
