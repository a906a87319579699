import { Notifications } from "@mantine/notifications";

import { Palette } from "./Palette";

/** What lies above the page once somebody calls for it, or something is to be said. */
export default function Overlays() {
  return (
    <>
      <Notifications position="bottom-right" />
      <Palette />
    </>
  );
}
