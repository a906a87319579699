import { AppShell, Burger, Group, Skeleton } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { type ComponentType, Suspense, useEffect, useState } from "react";

import { LiveNews } from "../../features/live/LiveNews";
import { Brand } from "../../parts/Brand";
import { openPalette } from "./palette-opening";
import classes from "./Shell.module.css";
import { SideBar } from "./SideBar";

/** What surrounds every page for whoever is signed in. */
export function Shell() {
  const [opened, { toggle, close }] = useDisclosure();
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(close, [path, close]);
  // Here and not in the palette, which is loaded later than somebody may want it.
  useHotkeys([["mod+K", openPalette]], []);
  const Overlays = useOverlays();

  return (
    <LiveNews>
      <a className={classes.skip} href="#content">
        Skip to the content
      </a>
      <AppShell
        navbar={{ width: 232, breakpoint: "sm", collapsed: { mobile: !opened } }}
        header={{ height: { base: 52, sm: 0 } }}
        padding={0}
      >
        <AppShell.Header className={classes.header} hiddenFrom="sm">
          <Group h="100%" px="md" gap="sm">
            <Burger
              opened={opened}
              onClick={toggle}
              size="sm"
              aria-label={opened ? "Close the menu" : "Open the menu"}
            />
            <Brand />
          </Group>
        </AppShell.Header>
        <AppShell.Navbar className={classes.bar} aria-label="Places">
          <SideBar />
        </AppShell.Navbar>
        <AppShell.Main id="content" tabIndex={-1} className={classes.main}>
          <div className={classes.content}>
            <Suspense fallback={<Skeleton h={240} />}>
              <Outlet />
            </Suspense>
          </div>
        </AppShell.Main>
      </AppShell>
      {Overlays && (
        <Suspense>
          <Overlays />
        </Suspense>
      )}
    </LiveNews>
  );
}

const SOON_MS = 1_000;

/** What lies above the page, loaded once that has been drawn: nobody has called for it yet. */
function useOverlays(): ComponentType | undefined {
  const [overlays, setOverlays] = useState<{ part: ComponentType }>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const soon = () => {
      timer = setTimeout(() => {
        // While the API is away the page stays, and says so.
        import("./Overlays").then((loaded) => setOverlays({ part: loaded.default }), soon);
      }, SOON_MS);
    };
    soon();
    return () => clearTimeout(timer);
  }, []);
  return overlays?.part;
}
