import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { answered, api } from "../../api/client";

/** Ends the session and forgets everything that was read in it. */
export function useSignOut(): () => void {
  const client = useQueryClient();
  const navigate = useNavigate();
  return () => {
    void answered(api.DELETE("/session")).finally(() => {
      client.clear();
      void navigate({ to: "/sign-in" });
    });
  };
}
