/** The widgets with their latest figures. */

import { queryOptions } from "@tanstack/react-query";

import { answered, api } from "../../api/client";

export const widgetsQuery = queryOptions({
  queryKey: ["widgets"],
  queryFn: () => answered(api.GET("/api/v1/widgets")),
});
