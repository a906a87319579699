import {
  ActionIcon,
  Group,
  Kbd,
  Menu,
  Text,
  Tooltip,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import {
  ExitIcon,
  MagnifyingGlassIcon,
  MoonIcon,
  PersonIcon,
  SunIcon,
} from "@radix-ui/react-icons";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { sessionQuery } from "../../api/queries";
import { useSignOut } from "../../features/session/useSignOut";
import { LiveMark } from "../../features/live/LiveMark";
import { Brand } from "../../parts/Brand";
import { places } from "../navigation";
import { openPalette } from "./palette-opening";
import classes from "./SideBar.module.css";

/** Where one can go, who one is, and how the page looks. */
export function SideBar() {
  const { data: session } = useSuspenseQuery(sessionQuery);
  const signOut = useSignOut();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  const who = session.signed_in;

  return (
    <div className={classes.bar}>
      <div className={classes.brand}>
        <Brand />
      </div>
      <UnstyledButton className={classes.search} onClick={openPalette}>
        <MagnifyingGlassIcon aria-hidden />
        <span>Go to…</span>
        <Kbd size="xs" className={classes.keys}>
          Ctrl K
        </Kbd>
      </UnstyledButton>
      <nav aria-label="Pages">
        {places
          .filter((place) => place.shown(session))
          .map((place) => (
            <Link
              key={place.to}
              to={place.to}
              className={classes.link}
              activeOptions={{ exact: place.to === "/" }}
              activeProps={{ "data-active": true, "aria-current": "page" }}
            >
              <place.icon aria-hidden />
              {place.label}
            </Link>
          ))}
      </nav>
      <div className={classes.foot}>
        <LiveMark />
        <Group gap="xs" wrap="nowrap" justify="space-between">
          <Menu position="top-start" width={208}>
            <Menu.Target>
              <UnstyledButton className={classes.who}>
                <PersonIcon aria-hidden />
                <span className={classes.name}>
                  <Text size="sm" truncate>
                    {who?.sub}
                  </Text>
                  <Text size="xs" c="dimmed" truncate>
                    {who?.tenant}, {who?.role}
                  </Text>
                </span>
              </UnstyledButton>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item component="a" href="/docs" target="_blank" rel="noreferrer">
                API documentation
              </Menu.Item>
              <Menu.Item leftSection={<ExitIcon aria-hidden />} onClick={signOut}>
                Sign out
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
          <Tooltip label={dark ? "Light colours" : "Dark colours"}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={dark ? "Use light colours" : "Use dark colours"}
              onClick={() => setColorScheme(dark ? "light" : "dark")}
            >
              {dark ? <SunIcon /> : <MoonIcon />}
            </ActionIcon>
          </Tooltip>
        </Group>
      </div>
    </div>
  );
}
