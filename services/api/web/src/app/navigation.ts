/** The places of the page, as the side bar and the command palette list them. */

import type { IconProps } from "@radix-ui/react-icons/dist/types";
import {
  CalendarIcon,
  EnvelopeClosedIcon,
  GearIcon,
  HomeIcon,
  ListBulletIcon,
  PaperPlaneIcon,
  PlusCircledIcon,
} from "@radix-ui/react-icons";
import type { ComponentType } from "react";

import type { Session } from "../api/client";

export interface Place {
  to: string;
  label: string;
  /** What the palette says of it. */
  about: string;
  icon: ComponentType<IconProps>;
  /** Whether it is there for whoever is signed in. */
  shown: (session: Session) => boolean;
}

const always = () => true;

export const places: readonly Place[] = [
  {
    to: "/",
    label: "Home",
    about: "What needs attention, what went out, what comes next",
    icon: HomeIcon,
    shown: always,
  },
  {
    to: "/new",
    label: "New report",
    about: "Choose a report, a period and who gets it",
    icon: PlusCircledIcon,
    shown: (session) => session.signed_in?.role !== "viewer",
  },
  {
    to: "/runs",
    label: "Runs",
    about: "Every report that was asked for, and what became of it",
    icon: ListBulletIcon,
    shown: always,
  },
  {
    to: "/schedules",
    label: "Schedules",
    about: "Reports that are made and sent by themselves",
    icon: CalendarIcon,
    shown: always,
  },
  {
    to: "/deliveries",
    label: "Deliveries",
    about: "What was sent to whom, and what became of it",
    icon: PaperPlaneIcon,
    shown: always,
  },
  {
    to: "/administration",
    label: "Administration",
    about: "Members, recipients, destinations, looks, limits, dead letters, services, audit log",
    icon: GearIcon,
    shown: (session) => session.signed_in?.role === "admin",
  },
  {
    to: "/inbox",
    label: "Inbox",
    about: "The mails that this machine's own inbox received",
    icon: EnvelopeClosedIcon,
    shown: (session) => session.inbox,
  },
];
