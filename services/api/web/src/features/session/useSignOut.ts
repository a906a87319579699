import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { answered, api } from "../../api/client";
import { sessionQuery } from "../../api/queries";

/** Ends the session and forgets everything that was read in it. */
export function useSignOut(): () => void {
  const client = useQueryClient();
  const navigate = useNavigate();
  return () => {
    const goOn = client.getQueryData(sessionQuery.queryKey)?.signed_in?.ends_at_provider ?? false;
    void answered(api.DELETE("/session")).finally(() => {
      client.clear();
      // The provider is another site.
      if (goOn) window.location.assign("/session/openid/end");
      else void navigate({ to: "/sign-in" });
    });
  };
}
